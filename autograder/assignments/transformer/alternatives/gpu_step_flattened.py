"""Flattens places, and has cross_entropy itself sum."""

exercise = "gpu-step"


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1]).flatten(0, 1)
    return F.cross_entropy(logits, target[:, 1:].flatten(), ignore_index=PAD, reduction="sum").div(total)
