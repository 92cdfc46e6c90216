"""Uses the lesson's own scaled_dot_product_attention for each block."""

exercise = "frugal-attention"


def frugal_attention(query, key, value, mask=None, block=64):
    def rows_of(mask, start):
        return mask if mask is None or mask.shape[-2] == 1 else mask[..., start : start + block, :]

    parts = [
        scaled_dot_product_attention(query[..., start : start + block, :], key, value, rows_of(mask, start))[0]
        for start in range(0, query.shape[-2], block)
    ]
    return torch.cat(parts, dim=-2)
