"""Your function writes into its argument, so whoever called it has lost the scores. Operations that end in an
underscore, and `-=` and `/=`, change a tensor in place: make a new one.
"""

exercise = "softmax"
must_fail = ["test_gradients", "test_input_unchanged"]
may_fail = []


def softmax(x, dim=-1):
    x -= x.amax(dim=dim, keepdim=True)
    x.exp_()
    x /= x.sum(dim=dim, keepdim=True)
    return x
