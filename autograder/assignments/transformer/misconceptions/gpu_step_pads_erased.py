"""You overwrite the logits of pads with -1e9. That is not needed where they do not count; and under autocast they are
float16, whose largest number is 65504.
"""

exercise = "gpu-step"
must_fail = ["test_half_precision"]
may_fail = []


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1])
    wanted = target[:, 1:]
    logits = logits.masked_fill((wanted == PAD)[..., None], -1e9)
    losses = F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=PAD, reduction="none")
    return losses.sum() / total
