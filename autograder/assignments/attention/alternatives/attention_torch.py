"""torch's own attention; the weights are what it returns for one-hot values."""

exercise = "scaled-dot-product-attention"
stand_in = True


def scaled_dot_product_attention(query, key, value, mask=None):
    lead = query.shape[:-2]
    if mask is None:
        mask = torch.ones(1, 1, dtype=torch.bool, device=query.device)
    mask = mask.expand(*lead, query.shape[-2], key.shape[-2])
    blind = ~mask.any(dim=-1, keepdim=True)
    places = torch.eye(key.shape[-2], dtype=value.dtype, device=value.device).expand(*lead, -1, -1)
    both = torch.cat([value, places], dim=-1)
    found = F.scaled_dot_product_attention(query, key, both, attn_mask=mask | blind)
    found = found.masked_fill(blind, 0.0)
    return found[..., : value.shape[-1]], found[..., value.shape[-1] :]
