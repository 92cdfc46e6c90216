"""You append EOS to the lists that you were given. The next epoch finds two of them."""

exercise = "teacher-forcing"
must_fail = ["test_inputs_unchanged"]
may_fail = []


def teacher_forcing(targets):
    inputs, _ = make_batch([[BOS] + target for target in targets])
    for target in targets:
        target.append(EOS)
    expected, _ = make_batch(targets)
    return inputs, expected
