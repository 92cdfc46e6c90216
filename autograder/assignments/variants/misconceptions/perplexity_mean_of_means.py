"""You take the mean of log p in each batch, then the mean of those: a token in a small batch weighs more than one in a
large batch.
"""

exercise = "perplexity"
must_fail = ["test_batches"]
may_fail = []


def perplexity(batches):
    means = [log_p[real].mean().item() for log_p, real in batches]
    return math.exp(-sum(means) / len(means))
