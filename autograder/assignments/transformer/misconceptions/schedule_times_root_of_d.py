"""You multiply by the root of d_model. The larger the model, the SMALLER the rate: d_model ** -0.5."""

exercise = "schedule"
must_fail = ["test_warm_up", "test_after", "test_sizes", "test_factor"]
may_fail = []


def learning_rate(step, d_model, warmup, factor=1.0):
    if step == 0:
        return 0.0
    return factor * d_model**0.5 * min(step**-0.5, step * warmup**-1.5)
