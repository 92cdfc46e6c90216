"""In short rows you give the decoder EOS as an input. You cut the last COLUMN off, but a short row ends earlier."""

exercise = "teacher-forcing"
must_fail = ["test_inputs"]
may_fail = []


def teacher_forcing(targets):
    whole, _ = make_batch([[BOS] + target + [EOS] for target in targets])
    return whole[:, :-1], whole[:, 1:]
