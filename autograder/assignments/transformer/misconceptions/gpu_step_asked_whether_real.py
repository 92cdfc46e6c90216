"""You ask with an `if` whether there is anything real in this part. To know that, Python has to wait until the GPU
has done all that is in its queue; a sum of nothing is 0 anyway.
"""

exercise = "gpu-step"
must_fail = ["test_never_waits", "test_compiles"]
may_fail = ["test_launches"]


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1])
    wanted = target[:, 1:]
    if (wanted == PAD).all():
        return (0.0 * logits).sum()
    losses = F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=PAD, reduction="none")
    return losses.sum() / total
