"""Positions compared for the causal mask, the output as F.linear, the layers in one ModuleList by a list; the other way
to tie.
"""

exercise = "transformer"
stand_in = True


class Transformer(nn.Module):
    def __init__(self, source_size, target_size, d_model=64, num_heads=4, d_ff=128, num_layers=1, tied=False):
        super().__init__()
        self.source_embedding = Embedding(source_size, d_model)
        self.target_embedding = Embedding(target_size, d_model)
        self.encoder_norm = LayerNorm(d_model)
        self.decoder_norm = LayerNorm(d_model)
        self.output = nn.Linear(d_model, target_size)
        self.encoder_layers = nn.ModuleList([EncoderLayer(d_model, num_heads, d_ff) for _ in range(num_layers)])
        self.decoder_layers = nn.ModuleList([DecoderLayer(d_model, num_heads, d_ff) for _ in range(num_layers)])
        if tied:
            self.target_embedding.table.weight = self.output.weight

    def encode(self, source):
        states = self.source_embedding(source)
        for number in range(len(self.encoder_layers)):
            states = self.encoder_layers[number](states, source.not_equal(PAD)[:, None, :].expand(-1, source.shape[1], -1))
        return F.layer_norm(states, states.shape[-1:], self.encoder_norm.gamma, self.encoder_norm.beta)

    def decode(self, target, memory, source):
        places = torch.arange(target.shape[1], device=target.device)
        past = places[:, None] >= places
        states, seen = self.target_embedding(target), source.not_equal(PAD)[:, None, :].expand(-1, target.shape[1], -1)
        for layer in self.decoder_layers:
            states = layer(states, memory, past, seen)
        states = F.layer_norm(states, states.shape[-1:], self.decoder_norm.gamma, self.decoder_norm.beta)
        return F.linear(states, self.output.weight, self.output.bias)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)
