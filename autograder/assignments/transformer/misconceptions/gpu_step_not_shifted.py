"""You compare what comes after each place with the token AT that place: the target has to be shifted by one."""

exercise = "gpu-step"
must_fail = ["test_value", "test_parts", "test_gradients", "test_half_precision", "test_compiles"]
may_fail = []


def step_loss(model, source, target, total):
    logits = model(source, target)
    losses = F.cross_entropy(logits.transpose(1, 2), target, ignore_index=PAD, reduction="none")
    return losses.sum() / total
