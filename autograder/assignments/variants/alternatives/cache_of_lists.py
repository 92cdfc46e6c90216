"""The pairs as lists, einsum for the looks, one token after the other."""

exercise = "key-value-cache"


def attend_with_cache(attention, x, past=None):
    outputs = []
    keys, values = past if past is not None else (None, None)
    for i in range(x.shape[1]):
        token = x[:, i : i + 1]
        q, k, v = (split_heads(W(token), attention.num_heads) for W in (attention.W_q, attention.W_k, attention.W_v))
        keys = k if keys is None else torch.cat((keys, k), 2)
        values = v if values is None else torch.cat((values, v), 2)
        weights = (torch.einsum("bhqd,bhkd->bhqk", q, keys) * q.shape[-1] ** -0.5).softmax(-1)
        outputs.append(attention.W_o(merge_heads(torch.einsum("bhqk,bhkd->bhqd", weights, values))))
    return torch.cat(outputs, dim=1), [keys, values]


def logits_with_cache(model, ids, cache=None):
    old = [None for _ in model.encoder.layers] if cache is None else list(cache)
    first = 0 if cache is None else old[0][0].shape[-2]
    x, new = model.encoder.embed(ids, first), []
    for layer in model.encoder.layers:
        found, pair = attend_with_cache(layer.attention, x, old[len(new)])
        new.append(pair)
        x = layer.finish(x, found)
    return model.encoder.scores(x), new
