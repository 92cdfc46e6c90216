"""The loss from its two parts, the target's and the even one, without ever making the distribution."""

exercise = "label-smoothing"


def smoothed_targets(target, num_tokens, smoothing=0.1):
    wanted = torch.full((*target.shape, num_tokens), smoothing / (num_tokens - 1), device=target.device)
    wanted[..., PAD] = 0.0
    wanted = wanted + (1 - smoothing) * F.one_hot(target, num_tokens)
    return wanted * (target != PAD)[..., None]


def smoothed_loss(logits, target, smoothing=0.1):
    log_p = logits.log_softmax(-1)
    right = log_p.gather(-1, target.unsqueeze(-1)).squeeze(-1)
    even = (log_p.sum(-1) - log_p[..., PAD]) / (logits.shape[-1] - 1)
    real = (target != PAD).float()
    return -(((1 - smoothing) * right + smoothing * even) * real).sum() / real.sum()
