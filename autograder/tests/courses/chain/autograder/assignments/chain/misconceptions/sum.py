"""You add the values without their weights."""
exercise = "mix"
must_fail = ["test_values"]
may_fail = []


def mix(scores, values):
    return values.sum(0), softmax(scores)
