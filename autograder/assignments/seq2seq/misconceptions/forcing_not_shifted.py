"""The decoder is given the very word that it has to say. It learns to repeat it: a perfect loss, and nonsense when it
has to write alone. Inputs begin with BOS.
"""

exercise = "teacher-forcing"
must_fail = ["test_inputs", "test_one_word", "test_shift"]
may_fail = []


def teacher_forcing(targets):
    both, _ = make_batch([target + [EOS] for target in targets])
    return both, both.clone()
