"""You cut first, and apply the temperature afterwards. Which tokens make up p depends on the temperature: it comes
first.
"""

exercise = "sample"
must_fail = ["test_order"]
may_fail = []


@torch.no_grad()
def sample(next_logits, start, length, generator=None, temperature=1.0, k=None, p=None):
    ids, finished = start, torch.zeros_like(start[:, :1], dtype=torch.bool)
    for _ in range(length):
        logits = next_logits(ids)[:, -1]
        logits = logits if k is None else top_k(logits, k)
        logits = logits if p is None else top_p(logits, p)
        logits = with_temperature(logits, temperature)
        drawn = torch.multinomial(logits.softmax(dim=-1), 1, generator=generator)
        ids = torch.cat([ids, drawn.masked_fill(finished, PAD)], dim=1)
        finished = finished | (drawn == EOS)
        if finished.all():
            break
    return ids
