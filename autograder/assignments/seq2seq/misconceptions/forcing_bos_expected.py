"""You expect BOS. Nobody has to say it: it is what the decoder is given first."""

exercise = "teacher-forcing"
must_fail = ["test_expected", "test_one_word", "test_shift"]
may_fail = []


def teacher_forcing(targets):
    inputs, _ = make_batch([[BOS] + target for target in targets])
    expected, _ = make_batch([[BOS] + target for target in targets])
    return inputs, expected
