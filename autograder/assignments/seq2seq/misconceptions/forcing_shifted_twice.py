"""Your two are shifted by two places: when the decoder has to say a word, it has not been given the word before it.
"""

exercise = "teacher-forcing"
must_fail = ["test_inputs", "test_one_word", "test_shift"]
may_fail = []


def teacher_forcing(targets):
    inputs, _ = make_batch([[BOS, BOS] + target[:-1] for target in targets])
    expected, _ = make_batch([target + [EOS] for target in targets])
    return inputs, expected
