"""You take the mean over this part and divide it by the total on top: sum the losses first, and divide once."""

exercise = "gpu-step"
must_fail = ["test_value", "test_parts", "test_gradients", "test_half_precision", "test_compiles"]
may_fail = []


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1])
    wanted = target[:, 1:]
    losses = F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=PAD, reduction="mean")
    return losses / total
