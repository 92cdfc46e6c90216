"""You take a mean for each text and then the mean of these, so that a word in a short text counts more than one in a
long text. Take one mean over all real targets.
"""

exercise = "label-smoothing"
must_fail = ["test_loss", "test_gradients"]
may_fail = []


def smoothed_targets(target, num_tokens, smoothing=0.1):
    wanted = torch.full((*target.shape, num_tokens), smoothing / (num_tokens - 1), device=target.device)
    wanted[..., PAD] = 0.0
    wanted = wanted + (1 - smoothing) * F.one_hot(target, num_tokens)
    return wanted * (target != PAD)[..., None]


def smoothed_loss(logits, target, smoothing=0.1):
    wanted = smoothed_targets(target, logits.shape[-1], smoothing)
    losses = -(wanted * F.log_softmax(logits, dim=-1)).sum(-1)
    return (losses.sum(1) / (target != PAD).sum(1)).mean()
