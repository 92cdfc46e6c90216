"""Your rate falls from the first step on; its warm-up is missing."""

exercise = "schedule"
must_fail = ["test_warm_up", "test_sizes", "test_factor"]
may_fail = ["test_after"]


def learning_rate(step, d_model, warmup, factor=1.0):
    return factor * (d_model * step) ** -0.5 if step else 0.0
