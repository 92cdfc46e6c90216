"""You add the mask to the scores, so that True counts as 1 and False as 0: keys that may be seen are only a little
ahead. A hidden key's score has to fall so low that nothing of it is left after the softmax.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_mask", "test_mask_broadcast", "test_unseen", "test_nothing_to_see"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores + mask
    weights = softmax(scores, dim=-1)
    return weights @ value, weights
