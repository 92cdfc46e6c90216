"""Sorted, and where instead of masked_fill."""

exercise = "top-k"


def top_k(logits, k):
    V = logits.shape[-1]
    bar = logits.sort(dim=-1, descending=True)[0].narrow(-1, min(k, V) - 1, 1)
    return torch.where(logits >= bar, logits, torch.full_like(logits, float("-inf")))
