"""Adding the input to itself."""

exercise = "double"


def double(x):
    return x + x
