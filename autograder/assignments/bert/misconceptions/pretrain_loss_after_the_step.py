"""You give back the loss after the step. The one before it is asked for, which is there anyway."""

exercise = "pre-train"
must_fail = ["test_loss", "test_what_the_model_sees"]
may_fail = []


def pretrain_step(model, optimizer, ids, segments, attention_mask, vocab_size, generator):
    inputs, labels = mask_tokens(ids, vocab_size, generator)                   # (B, T) each
    loss = masked_lm_loss(model(inputs, segments, attention_mask), labels)     # ()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return masked_lm_loss(model(inputs, segments, attention_mask), labels).item()


def masked_accuracy(logits, labels):
    asked = labels != -100                                                     # (B, T)
    return (logits.argmax(dim=-1) == labels)[asked].float().mean().item()
