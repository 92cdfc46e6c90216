"""You take a softmax before F.cross_entropy, which takes its own: with two in a row the scores are squeezed between 0
and 1, and hardly any gradient is left.
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
    real = target != PAD
    wanted = smoothed_targets(target, logits.shape[-1], smoothing)
    return F.cross_entropy(logits.softmax(-1)[real], wanted[real])
