"""Your numbers are what you get when the dot product is not divided by the lengths of the two vectors, or when the
vectors themselves are changed on the way: a long vector then seems closer than a short one that points the same way.
"""

exercise = "cosine"
must_fail = ["test_values", "test_length", "test_unchanged"]
may_fail = []


def cosine(a, b):
    return a.mul_(b).sum(dim=-1)
