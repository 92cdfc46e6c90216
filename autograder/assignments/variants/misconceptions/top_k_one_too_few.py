"""Yours keeps k - 1 tokens: the k-th itself is thrown away. With k = 1 nothing is left to draw."""

exercise = "top-k"
must_fail = ["test_kept", "test_any_shape", "test_all", "test_ties"]
may_fail = []


def top_k(logits, k):
    least = logits.topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]     # (..., 1)
    return logits.masked_fill(logits <= least, -math.inf)                       # (..., V)
