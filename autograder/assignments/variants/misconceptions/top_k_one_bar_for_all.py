"""You use one bar for the whole batch, taken from all rows together. Each row keeps k tokens of its own."""

exercise = "top-k"
must_fail = ["test_kept", "test_any_shape"]
may_fail = ["test_ties", "test_all"]


def top_k(logits, k):
    least = logits.flatten().topk(min(k, logits.numel())).values[-1]     # (..., 1)
    return logits.masked_fill(logits < least, -math.inf)                       # (..., V)
