"""Gradients of earlier steps are still there and add up: optimizer.zero_grad() before backward()."""

exercise = "pre-train"
must_fail = ["test_steps"]
may_fail = []


def pretrain_step(model, optimizer, ids, segments, attention_mask, vocab_size, generator):
    inputs, labels = mask_tokens(ids, vocab_size, generator)                   # (B, T) each
    loss = masked_lm_loss(model(inputs, segments, attention_mask), labels)     # ()
    loss.backward()
    optimizer.step()
    return loss.item()


def masked_accuracy(logits, labels):
    asked = labels != -100                                                     # (B, T)
    return (logits.argmax(dim=-1) == labels)[asked].float().mean().item()
