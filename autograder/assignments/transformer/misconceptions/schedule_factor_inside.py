"""Your factor multiplies one of the branches only. It multiplies the whole rate."""

exercise = "schedule"
must_fail = ["test_factor"]
may_fail = []


def learning_rate(step, d_model, warmup, factor=1.0):
    if step == 0:
        return 0.0
    return d_model**-0.5 * min(factor * step**-0.5, step * warmup**-1.5)
