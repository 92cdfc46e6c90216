"""A closure, and counting."""

exercise = "pre-train"


def pretrain_step(model, optimizer, ids, segments, attention_mask, vocab_size, generator):
    inputs, labels = mask_tokens(ids, vocab_size, generator)

    def closure():
        optimizer.zero_grad()
        loss = masked_lm_loss(model(inputs, segments, attention_mask), labels)
        loss.backward()
        return loss

    return float(optimizer.step(closure))


def masked_accuracy(logits, labels):
    right = (logits.argmax(-1) == labels).sum()
    return (right / (labels != -100).sum()).item()
