"""You filter after softmax and give back shares, with zeros, which no longer sum to 1, in the place of logits. The next
softmax will make something else of them.
"""

exercise = "top-k"
must_fail = ["test_kept", "test_any_shape", "test_ties", "test_all"]
may_fail = []


def top_k(logits, k):
    least = logits.topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]     # (..., 1)
    return logits.softmax(dim=-1).masked_fill(logits < least, 0.0)                       # (..., V)
