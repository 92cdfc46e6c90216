"""The layer norms are missing: each has 2·d numbers, a scale and a zero per place. There are two in a layer, and one in
the embeddings.
"""

exercise = "count-parameters"
must_fail = ["test_drawn", "test_published", "test_no_layers", "test_a_layer"]
may_fail = []


def count_parameters(config):
    d, norm = config.d_model, 0
    tables = (config.vocab_size + config.max_length + config.num_segments) * d + norm
    attention = 4 * (d * d + d) + norm
    feed_forward = (d * config.d_ff + config.d_ff) + (config.d_ff * d + d) + norm
    return tables + config.num_layers * (attention + feed_forward) + (d * d + d)
