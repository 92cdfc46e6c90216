"""You roll the whole tensor by one place. What falls out at one end comes in at the other."""

exercise = "teacher-forcing"
must_fail = ["test_inputs", "test_one_word"]
may_fail = []


def teacher_forcing(targets):
    expected, _ = make_batch([target + [EOS] for target in targets])
    return expected.roll(1, dims=1), expected
