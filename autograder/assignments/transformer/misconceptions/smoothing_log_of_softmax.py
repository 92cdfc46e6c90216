"""You take softmax first and the logarithm afterwards. For large scores a share underflows to 0, and its logarithm is
minus infinity: use log_softmax.
"""

exercise = "label-smoothing"
must_fail = ["test_large_logits"]
may_fail = []


def smoothed_targets(target, num_tokens, smoothing=0.1):
    wanted = torch.full((*target.shape, num_tokens), smoothing / (num_tokens - 1), device=target.device)
    wanted[..., PAD] = 0.0
    wanted = wanted + (1 - smoothing) * F.one_hot(target, num_tokens)
    return wanted * (target != PAD)[..., None]


def smoothed_loss(logits, target, smoothing=0.1):
    wanted = smoothed_targets(target, logits.shape[-1], smoothing)
    total = -(wanted * torch.log(torch.softmax(logits, dim=-1))).sum()
    return total / (target != PAD).sum()
