"""Yours goes on after EOS: a row that has written its EOS is finished, and filled up with PAD."""

exercise = "sample"
must_fail = ["test_end"]
may_fail = []


@torch.no_grad()
def sample(next_logits, start, length, generator=None, temperature=1.0, k=None, p=None):
    ids, finished = start, torch.zeros_like(start[:, :1], dtype=torch.bool)    # (B, t), (B, 1)
    for _ in range(length):
        logits = with_temperature(next_logits(ids)[:, -1], temperature)        # (B, V)
        logits = logits if k is None else top_k(logits, k)                     # (B, V)
        logits = logits if p is None else top_p(logits, p)                     # (B, V)
        drawn = torch.multinomial(logits.softmax(dim=-1), 1, generator=generator)          # (B, 1)
        ids = torch.cat([ids, drawn], dim=1)        # (B, t + 1)
        finished = finished | (drawn == EOS)                                   # (B, 1)
        if finished.all():
            break
    return ids
