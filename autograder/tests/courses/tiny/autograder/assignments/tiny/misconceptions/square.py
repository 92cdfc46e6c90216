"""You squared the input: twice x is x + x, not x times x."""

exercise = "double"
must_fail = ["test_values"]
may_fail = []


def double(x):
    return x * x
