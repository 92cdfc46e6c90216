"""Your model ties output and embedding even when nobody asked for it."""

exercise = "transformer"
must_fail = ["test_tied", "test_logits", "test_single_token"]
may_fail = ["test_all_learn"]


class Transformer(nn.Module):
    def __init__(self, source_size, target_size, d_model=64, num_heads=4, d_ff=128, num_layers=1, tied=False):
        super().__init__()
        self.source_embedding = Embedding(source_size, d_model)
        self.target_embedding = Embedding(target_size, d_model)
        self.encoder_norm = LayerNorm(d_model)
        self.decoder_norm = LayerNorm(d_model)
        self.output = nn.Linear(d_model, target_size)
        self.encoder_layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff) for _ in range(num_layers))
        self.decoder_layers = nn.ModuleList(DecoderLayer(d_model, num_heads, d_ff) for _ in range(num_layers))
        self.output.weight = self.target_embedding.table.weight

    def encode(self, source):
        mask = (source != PAD)[:, None]
        x = self.source_embedding(source)
        for layer in self.encoder_layers:
            x = layer(x, mask)
        return self.encoder_norm(x)

    def decode(self, target, memory, source):
        source_mask = (source != PAD)[:, None]
        target_mask = causal_mask(target.shape[1], target.device)
        x = self.target_embedding(target)
        for layer in self.decoder_layers:
            x = layer(x, memory, target_mask, source_mask)
        return self.output(self.decoder_norm(x))

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
