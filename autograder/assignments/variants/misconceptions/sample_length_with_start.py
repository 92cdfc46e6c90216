"""You count the prompt in `length`. It is the number of tokens to write AFTER start."""

exercise = "sample"
must_fail = ["test_last_place"]
may_fail = ["test_end", "test_shares", "test_cut", "test_order", "test_independent", "test_generator"]


@torch.no_grad()
def sample(next_logits, start, length, generator=None, temperature=1.0, k=None, p=None):
    ids, finished = start, torch.zeros_like(start[:, :1], dtype=torch.bool)    # (B, t), (B, 1)
    for _ in range(length + 1 - start.shape[1]):
        logits = with_temperature(next_logits(ids)[:, -1], temperature)        # (B, V)
        logits = logits if k is None else top_k(logits, k)                     # (B, V)
        logits = logits if p is None else top_p(logits, p)                     # (B, V)
        drawn = torch.multinomial(logits.softmax(dim=-1), 1, generator=generator)          # (B, 1)
        ids = torch.cat([ids, drawn.masked_fill(finished, PAD)], dim=1)        # (B, t + 1)
        finished = finished | (drawn == EOS)                                   # (B, 1)
        if finished.all():
            break
    return ids
