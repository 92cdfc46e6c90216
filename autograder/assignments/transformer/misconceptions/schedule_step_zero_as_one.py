"""Your rate at step 0 is that of step 1. Here it is defined as 0.0, the limit of the formula."""

exercise = "schedule"
must_fail = ["test_step_zero"]
may_fail = []


def learning_rate(step, d_model, warmup, factor=1.0):
    step = max(step, 1)
    return factor * d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)
