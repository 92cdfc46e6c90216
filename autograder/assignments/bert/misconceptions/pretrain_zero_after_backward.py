"""The gradients are cleared between backward() and step(): the optimizer has nothing to go by, and nothing moves."""

exercise = "pre-train"
must_fail = ["test_loss", "test_steps"]
may_fail = []


def pretrain_step(model, optimizer, ids, segments, attention_mask, vocab_size, generator):
    inputs, labels = mask_tokens(ids, vocab_size, generator)                   # (B, T) each
    loss = masked_lm_loss(model(inputs, segments, attention_mask), labels)     # ()
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


def masked_accuracy(logits, labels):
    asked = labels != -100                                                     # (B, T)
    return (logits.argmax(dim=-1) == labels)[asked].float().mean().item()
