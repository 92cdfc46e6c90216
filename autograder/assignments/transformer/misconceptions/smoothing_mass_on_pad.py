"""You spread the smoothing over the whole vocabulary, PAD among it, so the model is told to want PAD a little,
everywhere. Leave PAD out, and divide by V - 1.
"""

exercise = "label-smoothing"
must_fail = ["test_targets", "test_nothing_for_pad", "test_pad_targets", "test_loss", "test_gradients"]
may_fail = ["test_large_logits"]


def smoothed_targets(target, num_tokens, smoothing=0.1):
    wanted = torch.full((*target.shape, num_tokens), smoothing / num_tokens, device=target.device)
    wanted = wanted + (1 - smoothing) * F.one_hot(target, num_tokens)
    return wanted * (target != PAD)[..., None]


def smoothed_loss(logits, target, smoothing=0.1):
    wanted = smoothed_targets(target, logits.shape[-1], smoothing)
    total = -(wanted * F.log_softmax(logits, dim=-1)).sum()
    return total / (target != PAD).sum()
