"""You divide by the number of all places, pads included. The loss then depends on how many pads a batch happens to have:
divide by the number of real targets.
"""

exercise = "label-smoothing"
must_fail = ["test_loss", "test_more_pads", "test_gradients"]
may_fail = []


def smoothed_targets(target, num_tokens, smoothing=0.1):
    wanted = torch.full((*target.shape, num_tokens), smoothing / (num_tokens - 1), device=target.device)
    wanted[..., PAD] = 0.0
    wanted = wanted + (1 - smoothing) * F.one_hot(target, num_tokens)
    return wanted * (target != PAD)[..., None]


def smoothed_loss(logits, target, smoothing=0.1):
    wanted = smoothed_targets(target, logits.shape[-1], smoothing)
    return -(wanted * F.log_softmax(logits, dim=-1)).sum(-1).mean()
