"""You count three maps in the attention: queries, keys, values. The fourth, W_o, puts the heads together again."""

exercise = "count-parameters"
must_fail = ["test_drawn", "test_published", "test_a_layer"]
may_fail = []


def count_parameters(config):
    d, norm = config.d_model, 2 * config.d_model
    tables = (config.vocab_size + config.max_length + config.num_segments) * d + norm
    attention = 3 * (d * d + d) + norm
    feed_forward = (d * config.d_ff + config.d_ff) + (config.d_ff * d + d) + norm
    return tables + config.num_layers * (attention + feed_forward) + (d * d + d)
