"""The model is given the ids themselves: what it should guess stands before its eyes. It gets the inputs that
mask_tokens made.
"""

exercise = "pre-train"
must_fail = ["test_loss", "test_steps", "test_what_the_model_sees"]
may_fail = []


def pretrain_step(model, optimizer, ids, segments, attention_mask, vocab_size, generator):
    inputs, labels = mask_tokens(ids, vocab_size, generator)                   # (B, T) each
    loss = masked_lm_loss(model(ids, segments, attention_mask), labels)     # ()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def masked_accuracy(logits, labels):
    asked = labels != -100                                                     # (B, T)
    return (logits.argmax(dim=-1) == labels)[asked].float().mean().item()
