"""You sum up from the least likely token on, and keep those. The sum begins with the most likely one."""

exercise = "top-p"
must_fail = ["test_kept", "test_first"]
may_fail = ["test_any_shape", "test_ties", "test_after_top_k", "test_all"]


def top_p(logits, p):
    ordered = logits.sort(dim=-1).values
    shares = ordered.softmax(dim=-1)
    most = ordered.masked_fill(shares.cumsum(dim=-1) - shares >= p, -math.inf).amax(dim=-1, keepdim=True)
    return logits.masked_fill(logits > most, -math.inf)
