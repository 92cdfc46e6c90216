"""You treat the mask as a square of the queries' length. A mask has a row for each query and a column for each key, and
there may be more keys than queries, or fewer.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_mask"]
may_fail = [
    "test_mask_broadcast",
    "test_unseen",
    "test_seen",
    "test_nothing_to_see",
    "test_nothing_to_see_gradients",
    "test_dtype",
    "test_inputs_unchanged",
]


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        Tq = query.shape[-2]
        mask = mask.expand(*mask.shape[:-2], Tq, mask.shape[-1])[..., :Tq, :Tq]
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
