"""Both of your tensors hold BOS and EOS. The decoder is expected to say BOS, and is given EOS, after which nothing
comes.
"""

exercise = "teacher-forcing"
must_fail = ["test_expected", "test_inputs", "test_one_word", "test_shift"]
may_fail = []


def teacher_forcing(targets):
    whole, _ = make_batch([[BOS] + target + [EOS] for target in targets])
    return whole, whole.clone()
