"""Yours is the mean of -log p, which is the loss. The perplexity is exp of it."""

exercise = "perplexity"
must_fail = ["test_one_batch", "test_pads", "test_batches"]
may_fail = []


def perplexity(batches):
    total = sum(log_p[real].sum().item() for log_p, real in batches)
    count = sum(real.sum().item() for _, real in batches)
    return -total / count
