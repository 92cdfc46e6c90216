"""You draw one throw for the whole batch: rows with the same scores get the same token. Each row is a draw of its own.
"""

exercise = "sample"
must_fail = ["test_independent"]
may_fail = ["test_shares", "test_cut", "test_order"]


@torch.no_grad()
def sample(next_logits, start, length, generator=None, temperature=1.0, k=None, p=None):
    ids, finished = start, torch.zeros_like(start[:, :1], dtype=torch.bool)    # (B, t), (B, 1)
    for _ in range(length):
        logits = with_temperature(next_logits(ids)[:, -1], temperature)        # (B, V)
        logits = logits if k is None else top_k(logits, k)                     # (B, V)
        logits = logits if p is None else top_p(logits, p)                     # (B, V)
        throw = torch.rand(1, 1, generator=generator).to(logits.device)
        drawn = (logits.softmax(dim=-1).cumsum(dim=-1) < throw).sum(dim=-1, keepdim=True).clamp(max=logits.shape[-1] - 1)          # (B, 1)
        ids = torch.cat([ids, drawn.masked_fill(finished, PAD)], dim=1)        # (B, t + 1)
        finished = finished | (drawn == EOS)                                   # (B, 1)
        if finished.all():
            break
    return ids
