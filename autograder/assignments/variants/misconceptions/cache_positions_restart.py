"""Your places begin at 0 again with every call: each new word stands at place 0 for the model. They go on where the
cache ends.
"""

exercise = "key-value-cache"
must_fail = ["test_logits", "test_prompt", "test_old_cache"]
may_fail = []


def attend_with_cache(attention, x, past=None):
    q, k, v = (split_heads(W(x), attention.num_heads) for W in (attention.W_q, attention.W_k, attention.W_v))
    if past is not None:
        k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)  # (B, H, t + n, d/H)
    n, total = q.shape[2], k.shape[2]
    seen = torch.ones(n, total, dtype=torch.bool, device=x.device).tril(total - n)         # (n, t + n)
    found = merge_heads(F.scaled_dot_product_attention(q, k, v, attn_mask=seen))           # (B, n, d)
    return attention.W_o(found), (k, v)


def logits_with_cache(model, ids, cache=None):
    encoder = model.encoder
    cache = [None] * len(encoder.layers) if cache is None else cache
    first = 0 if cache[0] is None else cache[0][0].shape[2]
    x, grown = encoder.embed(ids), []                                   # (B, n, d)
    for layer, past in zip(encoder.layers, cache):
        found, pair = attend_with_cache(layer.attention, x, past)              # (B, n, d)
        x = layer.finish(x, found)                                             # (B, n, d)
        grown.append(pair)
    return encoder.scores(x), grown
