"""A buffer of PADs that is filled in, cut off at the end."""

exercise = "greedy-decode"


@torch.no_grad()
def greedy_decode(next_logits, start, max_length):
    B = start.shape[0]
    ids = torch.zeros(B, 1 + max_length, dtype=start.dtype, device=start.device)
    ids[:, :1] = start
    alive = torch.ones(B, dtype=torch.bool, device=start.device)
    t = 1
    while t <= max_length and alive.any():
        ids[:, t] = torch.where(alive, next_logits(ids[:, :t]).max(-1).indices[:, -1], 0)
        alive &= ids[:, t] != EOS
        t += 1
    return ids[:, :t]
