"""You put 0 where a token is ruled out. A logit of 0 is no probability of 0: softmax makes exp(0) = 1 of it, and the
token comes after all. It takes -inf.
"""

exercise = "top-k"
must_fail = ["test_kept", "test_any_shape", "test_ties"]
may_fail = []


def top_k(logits, k):
    least = logits.topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]     # (..., 1)
    return logits.masked_fill(logits < least, 0.0)                       # (..., V)
