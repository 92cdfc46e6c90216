"""You take the smoothed loss of section 9; here plain cross-entropy is asked for."""

exercise = "gpu-step"
must_fail = ["test_value", "test_parts", "test_gradients", "test_compiles"]
may_fail = ["test_never_waits", "test_half_precision"]


def step_loss(model, source, target, total):
    wanted = target[:, 1:]
    logits = model(source, target[:, :-1])
    return smoothed_loss(logits, wanted) * (wanted != PAD).sum() / total
