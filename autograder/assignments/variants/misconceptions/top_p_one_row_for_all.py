"""You sum up over the whole batch: a row that is sure uses up p for all others. Each row is cut for itself."""

exercise = "top-p"
must_fail = ["test_kept", "test_any_shape"]
may_fail = ["test_ties", "test_after_top_k", "test_first", "test_all"]


def top_p(logits, p):
    ordered = logits.flatten().sort(descending=True).values
    shares = ordered.softmax(dim=-1)
    least = ordered.masked_fill(shares.cumsum(dim=-1) - shares >= p, math.inf).amin()
    return logits.masked_fill(logits < least, -math.inf)
