"""ModuleLists filled by append, masks from lengths, and a target padding mask besides."""

exercise = "transformer"


class Transformer(nn.Module):
    def __init__(self, source_size, target_size, d_model=64, num_heads=4, d_ff=128, num_layers=1, tied=False):
        super().__init__()
        self.source_embedding = Embedding(source_size, d_model)
        self.target_embedding = Embedding(target_size, d_model)
        self.encoder_norm = LayerNorm(d_model)
        self.decoder_norm = LayerNorm(d_model)
        self.output = nn.Linear(d_model, target_size)
        self.encoder_layers, self.decoder_layers = nn.ModuleList(), nn.ModuleList()
        for _ in range(num_layers):
            self.encoder_layers.append(EncoderLayer(d_model, num_heads, d_ff))
            self.decoder_layers.append(DecoderLayer(d_model, num_heads, d_ff))
        if tied:
            self.output.weight = self.target_embedding.table.weight

    def encode(self, source):
        lengths = source.ne(PAD).sum(dim=1)
        x, mask = self.source_embedding(source), padding_mask(lengths, source.shape[1])
        for layer in self.encoder_layers:
            x = layer(x, mask=mask)
        return self.encoder_norm(x)

    def decode(self, target, memory, source):
        x = self.target_embedding(target)
        target_mask = combine_masks(target.ne(PAD).unsqueeze(1), causal_mask(target.shape[1], device=target.device))
        for layer in self.decoder_layers:
            x = layer(x, memory, target_mask=target_mask, source_mask=source.ne(PAD).unsqueeze(-2))
        return self.output(self.decoder_norm(x))

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
