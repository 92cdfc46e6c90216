"""You write -inf into the logits that you were given: whoever gave them to you finds them changed."""

exercise = "top-k"
must_fail = ["test_unchanged"]
may_fail = []


def top_k(logits, k):
    least = logits.topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]     # (..., 1)
    return logits.masked_fill_(logits < least, -math.inf)                       # (..., V)
