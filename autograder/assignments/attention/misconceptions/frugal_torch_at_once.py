"""You leave the cutting to torch: `F.scaled_dot_product_attention` does it inside of its kernel, where it can. Here
the blocks are yours to cut; for each of them you may call it.
"""

exercise = "frugal-attention"
must_fail = ["test_launches"]
may_fail = ["test_memory"]


def frugal_attention(query, key, value, mask=None, block=64):
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
