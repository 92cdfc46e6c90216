"""You average within each text, and then over the texts. It is one share over all places that are asked for."""

exercise = "pre-train"
must_fail = ["test_accuracy"]
may_fail = []


def pretrain_step(model, optimizer, ids, segments, attention_mask, vocab_size, generator):
    inputs, labels = mask_tokens(ids, vocab_size, generator)                   # (B, T) each
    loss = masked_lm_loss(model(inputs, segments, attention_mask), labels)     # ()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def masked_accuracy(logits, labels):
    asked = labels != -100                                                     # (B, T)
    right = ((logits.argmax(dim=-1) == labels) & asked).sum(1) / asked.sum(1).clamp(min=1)
    return right[asked.any(1)].mean().item()
