"""You sum over real tokens, but divide by the number of all places: pads make your model look better than it is."""

exercise = "perplexity"
must_fail = ["test_pads", "test_batches"]
may_fail = []


def perplexity(batches):
    total = sum(log_p[real].sum().item() for log_p, real in batches)
    count = sum(real.numel() for _, real in batches)
    return math.exp(-total / count)
