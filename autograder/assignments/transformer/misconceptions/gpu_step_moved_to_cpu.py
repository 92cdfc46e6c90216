"""You move the loss to the CPU. The GPU is waited for in every step; ask for the value when you print it, every
hundred steps.
"""

exercise = "gpu-step"
must_fail = ["test_stays_on_the_device", "test_never_waits"]
may_fail = ["test_compiles"]


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1])
    wanted = target[:, 1:]
    losses = F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=PAD, reduction="none")
    return (losses.sum() / total).cpu()
