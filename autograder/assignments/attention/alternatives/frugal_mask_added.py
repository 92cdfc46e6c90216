"""Makes a mask that is added, of zeros and -inf, for each block; fills an output of zeros on the right device."""

exercise = "frugal-attention"


def frugal_attention(query, key, value, mask=None, block=64):
    Tq = query.shape[-2]
    output = query.new_zeros(*query.shape[:-1], value.shape[-1])
    for first in range(0, Tq, block):
        look = query[..., first : first + block, :] @ key.mT
        look = look / key.size(-1) ** 0.5
        if mask is not None:
            part = mask if mask.size(-2) == 1 else mask[..., first : first + block, :]
            hidden = torch.zeros(part.shape, device=query.device).masked_fill(part.logical_not(), float("-inf"))
            look = look + hidden
        output[..., first : first + block, :] = torch.softmax(look.float(), dim=-1).to(value.dtype) @ value
    return output
