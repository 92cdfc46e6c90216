"""You overwrite the scores of the pads in place. The caller may still need its logits."""

exercise = "label-smoothing"
must_fail = ["test_inputs_unchanged"]
may_fail = ["test_gradients", "test_loss", "test_more_pads"]


def smoothed_targets(target, num_tokens, smoothing=0.1):
    wanted = torch.full((*target.shape, num_tokens), smoothing / (num_tokens - 1), device=target.device)
    wanted[..., PAD] = 0.0
    wanted = wanted + (1 - smoothing) * F.one_hot(target, num_tokens)
    return wanted * (target != PAD)[..., None]


def smoothed_loss(logits, target, smoothing=0.1):
    logits[target == PAD] = 0.0
    wanted = smoothed_targets(target, logits.shape[-1], smoothing)
    total = -(wanted * F.log_softmax(logits, dim=-1)).sum()
    return total / (target != PAD).sum()
