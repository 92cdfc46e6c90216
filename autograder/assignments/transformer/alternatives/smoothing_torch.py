"""scatter for the targets, F.cross_entropy with probabilities for the loss."""

exercise = "label-smoothing"
stand_in = True


def smoothed_targets(target, num_tokens, smoothing=0.1):
    evenly = torch.ones(num_tokens, device=target.device) * smoothing / (num_tokens - 1)
    evenly[PAD] = 0.0
    wanted = evenly.repeat(*target.shape, 1)
    here = wanted.gather(-1, target[..., None]) + 1 - smoothing
    return wanted.scatter(-1, target[..., None], here).masked_fill((target == PAD)[..., None], 0.0)


def smoothed_loss(logits, target, smoothing=0.1):
    real = target != PAD
    wanted = smoothed_targets(target[real], logits.shape[-1], smoothing)
    return F.cross_entropy(logits[real], wanted)
