"""Where the target is PAD, your shares are not zero: the model is told to want something at places that do not exist.
"""

exercise = "label-smoothing"
must_fail = ["test_pad_targets", "test_loss", "test_more_pads", "test_gradients"]
may_fail = []


def smoothed_targets(target, num_tokens, smoothing=0.1):
    wanted = torch.full((*target.shape, num_tokens), smoothing / (num_tokens - 1), device=target.device)
    wanted[..., PAD] = 0.0
    wanted = wanted + (1 - smoothing) * F.one_hot(target, num_tokens)
    return wanted


def smoothed_loss(logits, target, smoothing=0.1):
    wanted = smoothed_targets(target, logits.shape[-1], smoothing)
    total = -(wanted * F.log_softmax(logits, dim=-1)).sum()
    return total / (target != PAD).sum()
