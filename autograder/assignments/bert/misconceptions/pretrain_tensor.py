"""The loss comes back as a tensor, which holds on to the whole graph behind it. A float is asked for: `.item()`."""

exercise = "pre-train"
must_fail = ["test_loss"]
may_fail = []


def pretrain_step(model, optimizer, ids, segments, attention_mask, vocab_size, generator):
    inputs, labels = mask_tokens(ids, vocab_size, generator)                   # (B, T) each
    loss = masked_lm_loss(model(inputs, segments, attention_mask), labels)     # ()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def masked_accuracy(logits, labels):
    asked = labels != -100                                                     # (B, T)
    return (logits.argmax(dim=-1) == labels)[asked].float().mean().item()
