"""You read the total off the GPU (`.item()`, `int(…)`, an `if` on it). Dividing by the tensor gives the same, and
nobody has to wait.
"""

exercise = "gpu-step"
must_fail = ["test_never_waits"]
may_fail = ["test_compiles"]


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1])
    wanted = target[:, 1:]
    losses = F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=PAD, reduction="none")
    return losses.sum() / max(int(total), 1)
