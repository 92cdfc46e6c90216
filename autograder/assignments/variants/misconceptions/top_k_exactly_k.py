"""Of several tokens as likely as the k-th yours keeps only some: which, the order of the vocabulary decides. All of
them are kept.
"""

exercise = "top-k"
must_fail = ["test_ties"]
may_fail = []


def top_k(logits, k):
    kept = logits.topk(min(k, logits.shape[-1]), dim=-1)
    return torch.full_like(logits, -math.inf).scatter(-1, kept.indices, kept.values)
