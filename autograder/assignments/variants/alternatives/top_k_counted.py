"""Counts for each token how many are likelier."""

exercise = "top-k"
stand_in = True


def top_k(logits, k):
    likelier = (logits.unsqueeze(-2) > logits.unsqueeze(-1)).sum(dim=-1)
    return logits + torch.zeros_like(logits).masked_fill(likelier >= k, float("-inf"))
