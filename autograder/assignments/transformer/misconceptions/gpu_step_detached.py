"""Your number is right, but it is cut off from torch's graph, so that nothing can be learnt from it."""

exercise = "gpu-step"
must_fail = ["test_gradients"]
may_fail = ["test_never_waits"]


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1])
    wanted = target[:, 1:]
    losses = F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=PAD, reduction="none")
    return losses.sum().detach() / total
