"""You take 2 to the power of it, but log_p are natural logarithms: either exp, or log2 first."""

exercise = "perplexity"
must_fail = ["test_one_batch", "test_pads", "test_batches"]
may_fail = []


def perplexity(batches):
    total = sum(log_p[real].sum().item() for log_p, real in batches)
    count = sum(real.sum().item() for _, real in batches)
    return 2 ** (-total / count)
