"""The number of tokens that are kept, then the logit of the last of them."""

exercise = "top-p"


def top_p(logits, p):
    ranked, _ = torch.sort(logits, dim=-1, descending=True)
    reached = torch.cumsum(F.softmax(ranked, dim=-1), dim=-1)
    number = (reached < p).sum(dim=-1, keepdim=True).clamp_max(logits.shape[-1] - 1)
    bar = torch.gather(ranked, -1, number)
    return torch.where(logits >= bar, logits, torch.full_like(logits, float("-inf")))
