"""Place by place."""

exercise = "label-smoothing"


def smoothed_targets(target, num_tokens, smoothing=0.1):
    wanted = torch.zeros(*target.shape, num_tokens, device=target.device)
    for b, row in enumerate(target.tolist()):
        for t, token in enumerate(row):
            if token != PAD:
                wanted[b, t, 1:] = smoothing / (num_tokens - 1)
                wanted[b, t, token] += 1 - smoothing
    return wanted


def smoothed_loss(logits, target, smoothing=0.1):
    losses = []
    for scores, shares, token in zip(logits.flatten(0, 1), smoothed_targets(target, logits.shape[-1], smoothing).flatten(0, 1), target.flatten()):
        if token != PAD:
            losses.append(-(shares * (scores - scores.logsumexp(0))).sum())
    return torch.stack(losses).mean()
