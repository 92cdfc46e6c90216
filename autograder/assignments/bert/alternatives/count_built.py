"""Built on the device meta, and counted."""

exercise = "count-parameters"


def count_parameters(config):
    with torch.device("meta"):
        d = config.d_model
        parts = [nn.Embedding(n, d) for n in (config.vocab_size, config.max_length, config.num_segments)]
        parts += [nn.LayerNorm(d), nn.Linear(d, d)]
        for _ in range(config.num_layers):
            parts += [nn.Linear(d, d) for _ in range(4)]
            parts += [nn.Linear(d, config.d_ff), nn.Linear(config.d_ff, d), nn.LayerNorm(d), nn.LayerNorm(d)]
    return sum(each.numel() for part in parts for each in part.parameters())
