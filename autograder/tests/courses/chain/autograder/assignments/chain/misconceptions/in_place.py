"""You change the tensor that you were given."""
exercise = "softmax"
must_fail = ["test_unchanged"]
may_fail = []


def softmax(x, dim=-1):
    x -= x.amax(dim, keepdim=True)
    return x.softmax(dim)
