"""A list of shapes."""

exercise = "count-parameters"


def count_parameters(config):
    d, f = config.d_model, config.d_ff
    once = [(config.vocab_size, d), (config.max_length, d), (config.num_segments, d), (d,), (d,), (d, d), (d,)]
    layer = 4 * [(d, d), (d,)] + [(f, d), (f,), (d, f), (d,)] + 4 * [(d,)]
    return sum(math.prod(shape) for shape in once) + config.num_layers * sum(math.prod(shape) for shape in layer)
