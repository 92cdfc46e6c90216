"""Your shares sum to more than 1: the target keeps a share of 1 and the smoothing is added on top. Give the target 1 -
smoothing first.
"""

exercise = "label-smoothing"
must_fail = ["test_targets", "test_sums", "test_pad_targets", "test_loss", "test_gradients"]
may_fail = ["test_large_logits"]


def smoothed_targets(target, num_tokens, smoothing=0.1):
    wanted = torch.full((*target.shape, num_tokens), smoothing / (num_tokens - 1), device=target.device)
    wanted[..., PAD] = 0.0
    wanted = wanted + F.one_hot(target, num_tokens)
    return wanted * (target != PAD)[..., None]


def smoothed_loss(logits, target, smoothing=0.1):
    wanted = smoothed_targets(target, logits.shape[-1], smoothing)
    total = -(wanted * F.log_softmax(logits, dim=-1)).sum()
    return total / (target != PAD).sum()
