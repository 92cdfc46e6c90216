"""The biases are missing: each map from m to n has n·m weights and n biases."""

exercise = "count-parameters"
must_fail = ["test_drawn", "test_published", "test_no_layers", "test_a_layer"]
may_fail = []


def count_parameters(config):
    d, norm = config.d_model, 2 * config.d_model
    tables = (config.vocab_size + config.max_length + config.num_segments) * d + norm
    attention = 4 * d * d + norm
    feed_forward = 2 * d * config.d_ff + norm
    return tables + config.num_layers * (attention + feed_forward) + d * d
