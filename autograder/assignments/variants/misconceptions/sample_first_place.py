"""You read the scores at the FIRST place, which speak of the second token. What comes next is said at the last place.
"""

exercise = "sample"
must_fail = ["test_last_place", "test_end"]
may_fail = ["test_independent"]


@torch.no_grad()
def sample(next_logits, start, length, generator=None, temperature=1.0, k=None, p=None):
    ids, finished = start, torch.zeros_like(start[:, :1], dtype=torch.bool)    # (B, t), (B, 1)
    for _ in range(length):
        logits = with_temperature(next_logits(ids)[:, 0], temperature)        # (B, V)
        logits = logits if k is None else top_k(logits, k)                     # (B, V)
        logits = logits if p is None else top_p(logits, p)                     # (B, V)
        drawn = torch.multinomial(logits.softmax(dim=-1), 1, generator=generator)          # (B, 1)
        ids = torch.cat([ids, drawn.masked_fill(finished, PAD)], dim=1)        # (B, t + 1)
        finished = finished | (drawn == EOS)                                   # (B, 1)
        if finished.all():
            break
    return ids
