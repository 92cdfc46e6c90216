"""Your sum counts places whose target is PAD as well: there is nothing to be said there. `ignore_index=PAD` leaves
them out.
"""

exercise = "gpu-step"
must_fail = ["test_value", "test_parts", "test_gradients", "test_half_precision", "test_compiles"]
may_fail = []


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1])
    wanted = target[:, 1:]
    losses = F.cross_entropy(logits.transpose(1, 2), wanted, reduction="none")
    return losses.sum() / total
