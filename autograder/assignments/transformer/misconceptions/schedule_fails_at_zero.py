"""Your rate divides by zero at step 0. Define it there: 0.0."""

exercise = "schedule"
must_fail = ["test_step_zero"]
may_fail = []


def learning_rate(step, d_model, warmup, factor=1.0):
    return factor * d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)
