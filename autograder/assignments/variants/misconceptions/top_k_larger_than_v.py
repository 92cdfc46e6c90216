"""With k larger than the vocabulary torch.topk raises an error; there everything is to be kept."""

exercise = "top-k"
must_fail = ["test_all"]
may_fail = []


def top_k(logits, k):
    least = logits.topk(k, dim=-1).values[..., -1:]     # (..., 1)
    return logits.masked_fill(logits < least, -math.inf)                       # (..., V)
