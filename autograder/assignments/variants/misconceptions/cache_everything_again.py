"""You keep the ids and work out the whole text again in every call. The answers are right, but nothing is saved: only
new tokens should go through the layers.
"""

exercise = "key-value-cache"
must_fail = ["test_work"]
may_fail = ["test_what_is_kept", "test_old_cache"]


def attend_with_cache(attention, x, past=None):
    q, k, v = (split_heads(W(x), attention.num_heads) for W in (attention.W_q, attention.W_k, attention.W_v))
    if past is not None:
        k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)  # (B, H, t + n, d/H)
    n, total = q.shape[2], k.shape[2]
    seen = torch.ones(n, total, dtype=torch.bool, device=x.device).tril(total - n)         # (n, t + n)
    found = merge_heads(F.scaled_dot_product_attention(q, k, v, attn_mask=seen))           # (B, n, d)
    return attention.W_o(found), (k, v)


def logits_with_cache(model, ids, cache=None):
    n = ids.shape[1]
    if cache is not None:
        ids = torch.cat([cache.ids, ids], dim=1)
    encoder, grown = model.encoder, Kept()
    x = encoder.embed(ids)
    for layer in encoder.layers:
        found, pair = attend_with_cache(layer.attention, x)
        x = layer.finish(x, found)
        grown.append(pair)
    grown.ids = ids
    return encoder.scores(x)[:, -n:], grown


class Kept(list):
    ids = None
