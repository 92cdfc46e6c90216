"""Cuts the keys into two halves as well, and puts the softmax together from its parts, as FlashAttention does."""

exercise = "frugal-attention"


def frugal_attention(query, key, value, mask=None, block=64):
    Tq, Tk, root = query.shape[-2], key.shape[-2], math.sqrt(query.shape[-1])
    half = (Tk + 1) // 2
    output = []
    for start in range(0, Tq, block):
        chosen = query[..., start : start + block, :] / root
        parts = []
        for cut in (slice(0, half), slice(half, Tk)):
            scores = (chosen @ key[..., cut, :].mT).float()
            if mask is not None:
                seen = (mask if mask.shape[-2] == 1 else mask[..., start : start + block, :])[..., cut]
                scores = scores.masked_fill(~seen, -1e30)
            parts.append((scores, value[..., cut, :]))
        top = torch.maximum(parts[0][0].amax(-1, keepdim=True), parts[1][0].amax(-1, keepdim=True))
        powers = [(scores - top).exp() for scores, _ in parts]
        total = sum(power.sum(-1, keepdim=True) for power in powers)
        output.append(sum(power @ part for power, (_, part) in zip(powers, parts)) / total)
    return torch.cat(output, dim=-2)
