"""You spread the smoothing over the other tokens only (V - 2 of them). Here the target gets its even share, too, on top
of 1 - smoothing.
"""

exercise = "label-smoothing"
must_fail = ["test_targets", "test_pad_targets", "test_loss", "test_gradients"]
may_fail = ["test_large_logits"]


def smoothed_targets(target, num_tokens, smoothing=0.1):
    wanted = torch.full((*target.shape, num_tokens), smoothing / (num_tokens - 2), device=target.device)
    wanted[..., PAD] = 0.0
    wanted = wanted.scatter(-1, target[..., None], 1 - smoothing)
    return wanted * (target != PAD)[..., None]


def smoothed_loss(logits, target, smoothing=0.1):
    wanted = smoothed_targets(target, logits.shape[-1], smoothing)
    total = -(wanted * F.log_softmax(logits, dim=-1)).sum()
    return total / (target != PAD).sum()
