"""`.T` turns round all dimensions, the batch included; it transposes as you mean it only when there are two. Swap the
last two dimensions and leave the others where they are.
"""

exercise = "scaled-dot-product-attention"
must_fail = [
    "test_weights",
    "test_output",
    "test_single_key",
    "test_leading_dims",
    "test_mask",
    "test_mask_broadcast",
    "test_unseen",
    "test_seen",
    "test_nothing_to_see",
    "test_nothing_to_see_gradients",
    "test_gradients",
    "test_dtype",
    "test_non_contiguous",
    "test_inputs_unchanged",
    "test_batch",
]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    turned = key.permute(*range(key.ndim - 1, -1, -1))  # what .T does
    scores = query @ turned / math.sqrt(query.shape[-1])
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
