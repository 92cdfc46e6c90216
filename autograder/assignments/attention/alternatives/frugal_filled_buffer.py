"""Writes each block into an output that was made once, with shares of its own making."""

exercise = "frugal-attention"


def frugal_attention(query, key, value, mask=None, block=64):
    B, H, Tq, d_k = query.shape
    output = torch.empty(B, H, Tq, value.shape[-1], dtype=value.dtype, device=query.device)
    start = 0
    while start < Tq:
        stop = min(start + block, Tq)
        scores = torch.einsum("bhqd,bhkd->bhqk", query[:, :, start:stop], key) * d_k**-0.5
        if mask is not None:
            rows = mask.expand(-1, -1, Tq, -1)[:, :, start:stop]
            scores = torch.where(rows, scores, float("-inf"))
        powers = (scores - scores.amax(dim=-1, keepdim=True)).exp()
        shares = powers / powers.sum(dim=-1, keepdim=True)
        output[:, :, start:stop] = torch.einsum("bhqk,bhkd->bhqd", shares, value.to(shares.dtype))
        start = stop
    return output
