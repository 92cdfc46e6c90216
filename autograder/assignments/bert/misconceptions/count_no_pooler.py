"""The pooler is missing: one more map from d to d, with a bias, on top of the last layer."""

exercise = "count-parameters"
must_fail = ["test_drawn", "test_published", "test_no_layers"]
may_fail = []


def count_parameters(config):
    d, norm = config.d_model, 2 * config.d_model
    tables = (config.vocab_size + config.max_length + config.num_segments) * d + norm
    attention = 4 * (d * d + d) + norm
    feed_forward = (d * config.d_ff + config.d_ff) + (config.d_ff * d + d) + norm
    return tables + config.num_layers * (attention + feed_forward)
