"""Your loss is plain cross-entropy, whatever smoothing says."""

exercise = "label-smoothing"
must_fail = ["test_loss", "test_gradients"]
may_fail = ["test_large_logits"]


def smoothed_targets(target, num_tokens, smoothing=0.1):
    wanted = torch.full((*target.shape, num_tokens), smoothing / (num_tokens - 1), device=target.device)
    wanted[..., PAD] = 0.0
    wanted = wanted + (1 - smoothing) * F.one_hot(target, num_tokens)
    return wanted * (target != PAD)[..., None]


def smoothed_loss(logits, target, smoothing=0.1):
    return F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=PAD)
