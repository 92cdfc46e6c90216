"""You count the pads: what stands in log_p where `real` is False means nothing."""

exercise = "perplexity"
must_fail = ["test_pads", "test_batches"]
may_fail = []


def perplexity(batches):
    total = sum(log_p.sum().item() for log_p, real in batches)
    count = sum(real.numel() for _, real in batches)
    return math.exp(-total / count)
