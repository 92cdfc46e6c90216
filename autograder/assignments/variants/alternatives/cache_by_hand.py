"""Scores, softmax and sum written out; places compared for the mask."""

exercise = "key-value-cache"
stand_in = True


def attend_with_cache(attention, x, past=None):
    H, (B, n, d) = attention.num_heads, x.shape
    q, k, v = (W(x).view(B, n, H, d // H).permute(0, 2, 1, 3) for W in (attention.W_q, attention.W_k, attention.W_v))
    old = 0
    if past is not None:
        old = past[0].size(2)
        k, v = (torch.cat(both, dim=-2) for both in ((past[0], k), (past[1], v)))
    places = torch.arange(old + n, device=x.device)
    scores = q @ k.mT / math.sqrt(d // H)
    scores = scores.masked_fill(places > places[old:, None], float("-inf"))
    mixed = scores.softmax(dim=-1) @ v
    return attention.W_o(mixed.permute(0, 2, 1, 3).reshape(B, n, d)), (k, v)


def logits_with_cache(model, ids, cache=None):
    states = model.encoder.embed(ids, cache[0][0].size(2) if cache else 0)
    kept = []
    for number, layer in enumerate(model.encoder.layers):
        looked, both = attend_with_cache(layer.attention, states, cache[number] if cache else None)
        kept.append(both)
        states = layer.finish(states, looked)
    return model.encoder.scores(states), kept
