"""You bring the result back to the CPU: leave it where the input is, for what comes next needs it there."""

exercise = "on-gpu"
must_fail = ["test_values"]
may_fail = []


def double(x):
    return 2 * x.cpu()
