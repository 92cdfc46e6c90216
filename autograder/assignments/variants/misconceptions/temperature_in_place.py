"""You divide the logits in place: whoever gave them to you finds them changed."""

exercise = "temperature"
must_fail = ["test_unchanged"]
may_fail = []


def with_temperature(logits, temperature):
    return logits.div_(temperature)
