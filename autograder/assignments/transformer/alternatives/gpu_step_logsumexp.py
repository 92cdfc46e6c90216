"""Logsumexp minus the score of the wanted token, with torch.where for the pads."""

exercise = "gpu-step"


def step_loss(model, source, target, total):
    scores, wanted = model(source, target[:, :-1]).float(), target[:, 1:]
    best = scores.gather(-1, wanted[..., None])[..., 0]
    return torch.where(wanted == PAD, 0.0, scores.logsumexp(-1) - best).sum() / total
