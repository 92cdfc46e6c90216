"""After the warm-up your rate stays at its peak. It falls from there, like one over the root of the step."""

exercise = "schedule"
must_fail = ["test_after", "test_sizes", "test_factor"]
may_fail = []


def learning_rate(step, d_model, warmup, factor=1.0):
    return factor * (d_model * warmup) ** -0.5 * min(step / warmup, 1.0)
