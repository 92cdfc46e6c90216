"""You make the table of shares on the CPU, wherever the target lives. On a GPU that stops with an error."""

exercise = "label-smoothing"
must_fail = ["test_device"]
may_fail = []


def smoothed_targets(target, num_tokens, smoothing=0.1):
    wanted = torch.full((*target.shape, num_tokens), smoothing / (num_tokens - 1))
    wanted[..., PAD] = 0.0
    wanted = wanted + (1 - smoothing) * F.one_hot(target, num_tokens)
    return wanted * (target != PAD)[..., None]


def smoothed_loss(logits, target, smoothing=0.1):
    wanted = smoothed_targets(target, logits.shape[-1], smoothing)
    total = -(wanted * F.log_softmax(logits, dim=-1)).sum()
    return total / (target != PAD).sum()
