"""Cuts queries and mask with `torch.split`, and lets torch's own attention look, block by block."""

exercise = "frugal-attention"


def frugal_attention(query, key, value, mask=None, block=64):
    queries = query.split(block, dim=-2)
    if mask is None:
        masks = [None] * len(queries)
    else:
        masks = mask.expand(-1, -1, query.shape[-2], -1).split(block, dim=-2)
    looks = zip(queries, masks, strict=True)
    return torch.cat([F.scaled_dot_product_attention(q, key, value, attn_mask=m) for q, m in looks], dim=-2)
