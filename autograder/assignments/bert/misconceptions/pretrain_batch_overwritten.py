"""You copy the hidden words into the batch itself (`ids.copy_(inputs)`): in the next epoch they are hidden for ever.
"""

exercise = "pre-train"
must_fail = ["test_what_is_hidden"]
may_fail = []


def pretrain_step(model, optimizer, ids, segments, attention_mask, vocab_size, generator):
    inputs, labels = mask_tokens(ids, vocab_size, generator)                   # (B, T) each
    ids.copy_(inputs)
    loss = masked_lm_loss(model(inputs, segments, attention_mask), labels)     # ()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def masked_accuracy(logits, labels):
    asked = labels != -100                                                     # (B, T)
    return (logits.argmax(dim=-1) == labels)[asked].float().mean().item()
