"""You pick the real places by a mask. How many there are is known only after looking into it, so that Python waits
for the GPU. `ignore_index=PAD` sums the same.
"""

exercise = "gpu-step"
must_fail = ["test_never_waits"]
may_fail = ["test_compiles"]


def step_loss(model, source, target, total):
    logits = model(source, target[:, :-1])
    wanted = target[:, 1:]
    real = wanted != PAD
    return F.cross_entropy(logits[real], wanted[real], reduction="sum") / total
