"""For each token the shares of all that are likelier, summed up pair by pair, without sorting."""

exercise = "top-p"
stand_in = True


def top_p(logits, p):
    chances = F.softmax(logits, dim=-1)
    likelier = logits.unsqueeze(-2).gt(logits.unsqueeze(-1))
    ahead = torch.where(likelier, chances.unsqueeze(-2), torch.zeros_like(chances).unsqueeze(-2)).sum(dim=-1)
    return logits.masked_fill(ahead.ge(p), float("-inf"))
