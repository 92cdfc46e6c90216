"""You take the larger of the two branches. The rate is the SMALLER one: first it rises, then it falls."""

exercise = "schedule"
must_fail = ["test_warm_up", "test_after", "test_sizes", "test_factor"]
may_fail = []


def learning_rate(step, d_model, warmup, factor=1.0):
    if step == 0:
        return 0.0
    return factor * d_model**-0.5 * max(step**-0.5, step * warmup**-1.5)
