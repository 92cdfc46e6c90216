"""Your loss multiplies the shares by the scores themselves. They have to become log-probabilities first: log_softmax.
"""

exercise = "label-smoothing"
must_fail = ["test_loss", "test_no_smoothing", "test_large_logits", "test_gradients"]
may_fail = []


def smoothed_targets(target, num_tokens, smoothing=0.1):
    wanted = torch.full((*target.shape, num_tokens), smoothing / (num_tokens - 1), device=target.device)
    wanted[..., PAD] = 0.0
    wanted = wanted + (1 - smoothing) * F.one_hot(target, num_tokens)
    return wanted * (target != PAD)[..., None]


def smoothed_loss(logits, target, smoothing=0.1):
    wanted = smoothed_targets(target, logits.shape[-1], smoothing)
    total = -(wanted * logits).sum()
    return total / (target != PAD).sum()
