"""Gradients cleared before and after; picked places."""

exercise = "pre-train"


def pretrain_step(model, optimizer, ids, segments, attention_mask, vocab_size, generator):
    model.zero_grad(set_to_none=True)
    hidden, wanted = mask_tokens(ids, vocab_size, generator=generator)
    loss = masked_lm_loss(model(hidden, segments, attention_mask), wanted)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())


def masked_accuracy(logits, labels):
    places = (labels != -100).nonzero(as_tuple=True)
    return float((logits[places].max(dim=-1).indices == labels[places]).double().mean())
