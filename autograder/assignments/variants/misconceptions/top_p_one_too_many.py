"""Yours keeps one token more than needed: the one behind that at which the sum reaches p."""

exercise = "top-p"
must_fail = ["test_kept", "test_first", "test_any_shape"]
may_fail = ["test_ties", "test_after_top_k", "test_all"]


def top_p(logits, p):
    ordered = logits.sort(dim=-1, descending=True).values
    shares = ordered.softmax(dim=-1)
    sums = shares.cumsum(dim=-1)
    reached = (sums < p).sum(dim=-1, keepdim=True) + 1
    least = ordered.gather(-1, reached.clamp(max=logits.shape[-1] - 1))
    return logits.masked_fill(logits < least, -math.inf)
