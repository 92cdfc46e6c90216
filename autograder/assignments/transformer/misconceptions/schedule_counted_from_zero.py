"""Your steps are one too late: step + 1 is used where step is meant, which is counted from 1 already."""

exercise = "schedule"
must_fail = ["test_warm_up", "test_after", "test_sizes", "test_factor", "test_step_zero"]
may_fail = []


def learning_rate(step, d_model, warmup, factor=1.0):
    step = step + 1
    return factor * d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)
