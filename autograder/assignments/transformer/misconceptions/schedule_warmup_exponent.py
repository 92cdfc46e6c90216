"""The exponent of your warm-up is -0.5 instead of -1.5, so the two branches do not meet at step = warmup."""

exercise = "schedule"
must_fail = ["test_warm_up", "test_sizes", "test_factor"]
may_fail = ["test_after"]


def learning_rate(step, d_model, warmup, factor=1.0):
    if step == 0:
        return 0.0
    return factor * d_model**-0.5 * min(step**-0.5, step * warmup**-0.5)
