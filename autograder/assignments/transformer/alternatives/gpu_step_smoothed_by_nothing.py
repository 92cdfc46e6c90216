"""The loss of section 9, without smoothing, times the number that it was divided by."""

exercise = "gpu-step"


def step_loss(model, source, target, total):
    wanted = target[:, 1:]
    mean = smoothed_loss(model(source, target[:, :-1]), wanted, smoothing=0.0)
    return mean * (wanted != PAD).sum() / total
