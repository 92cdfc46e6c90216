"""EOS is missing in what you expect. The decoder never learns to stop."""

exercise = "teacher-forcing"
must_fail = ["test_expected", "test_inputs", "test_one_word"]
may_fail = []


def teacher_forcing(targets):
    inputs, _ = make_batch([[BOS] + target[:-1] for target in targets])
    expected, _ = make_batch(targets)
    return inputs, expected
