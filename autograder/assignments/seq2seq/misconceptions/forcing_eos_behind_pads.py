"""Your EOS stands at the end of the row, behind the pads. It has to follow the last word."""

exercise = "teacher-forcing"
must_fail = ["test_expected"]
may_fail = []


def teacher_forcing(targets):
    inputs, _ = make_batch([[BOS] + target for target in targets])
    words, _ = make_batch(targets)
    return inputs, F.pad(words, (0, 1), value=EOS)
