"""You never divide by the total: the longer the batch, the larger the step."""

exercise = "gpu-step"
must_fail = ["test_value", "test_parts", "test_gradients", "test_half_precision", "test_compiles"]
may_fail = []


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1])
    wanted = target[:, 1:]
    losses = F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=PAD, reduction="none")
    return losses.sum()
