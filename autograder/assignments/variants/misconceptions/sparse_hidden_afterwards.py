"""You compute all scores and hide most of them afterwards: the result is right, and the bill is that of full
attention. Gather the keys and values that are seen before you multiply."""

exercise = "bigbird-attention"
must_fail = ["test_work"]


def bigbird_attention(query, key, value, blocks, block, real=None):
    T = query.shape[-2]
    of_token = torch.arange(T, device=query.device) // block
    seen = blocks[of_token[:, None], of_token]
    if real is not None:
        seen = seen & real[:, None, None]
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    shares = scores.masked_fill(~seen, -1e30).softmax(-1).masked_fill(~seen, 0.0)
    return shares @ value
