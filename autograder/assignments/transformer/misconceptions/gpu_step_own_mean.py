"""You divide by the real targets of this part, and not by the total of the batch: the parts then sum to a mean of
means, in which tokens of short parts count too much.
"""

exercise = "gpu-step"
must_fail = ["test_value", "test_parts", "test_half_precision", "test_compiles", "test_gradients"]
may_fail = []


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1])
    wanted = target[:, 1:]
    losses = F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=PAD, reduction="none")
    return losses.sum() / (wanted != PAD).sum()
