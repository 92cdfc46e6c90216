"""You return what is expected first, and what is given second."""

exercise = "teacher-forcing"
must_fail = ["test_expected", "test_inputs", "test_one_word", "test_shift"]
may_fail = []


def teacher_forcing(targets):
    inputs, _ = make_batch([[BOS] + target for target in targets])
    expected, _ = make_batch([target + [EOS] for target in targets])
    return expected, inputs
