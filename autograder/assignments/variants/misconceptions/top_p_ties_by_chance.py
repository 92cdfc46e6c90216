"""Of several tokens as likely as the last one that is kept, yours keeps only some: which, the order of the vocabulary
decides.
"""

exercise = "top-p"
must_fail = ["test_ties"]
may_fail = []


def top_p(logits, p):
    ordered, order = logits.sort(dim=-1, descending=True)
    shares = ordered.softmax(dim=-1)
    out = (shares.cumsum(dim=-1) - shares >= p).to(logits.dtype)
    return logits.masked_fill(torch.zeros_like(logits).scatter(-1, order, out) > 0, -math.inf)
