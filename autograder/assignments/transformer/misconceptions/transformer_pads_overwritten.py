"""You write into the source that you were given. The caller still needs it."""

exercise = "transformer"
must_fail = ["test_inputs_unchanged"]
may_fail = ["test_logits", "test_source_pads", "test_pads_of_one_sentence", "test_tied_logits", "test_all_learn", "test_decode"]


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
        if tied:
            self.output.weight = self.target_embedding.table.weight

    def encode(self, source):
        mask = (source != PAD)[:, None]
        x = self.source_embedding(source)
        for layer in self.encoder_layers:
            x = layer(x, mask)
        memory = self.encoder_norm(x)
        source[source == PAD] = EOS
        return memory

    def decode(self, target, memory, source):
        source_mask = (source != PAD)[:, None]
        target_mask = causal_mask(target.shape[1], target.device)
        x = self.target_embedding(target)
        for layer in self.decoder_layers:
            x = layer(x, memory, target_mask, source_mask)
        return self.output(self.decoder_norm(x))

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
