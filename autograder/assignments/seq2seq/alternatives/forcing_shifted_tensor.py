"""One tensor with BOS and EOS, cut at either end; the EOS in the inputs is wiped out."""

exercise = "teacher-forcing"


def teacher_forcing(targets):
    whole, lengths = make_batch([[BOS, *target, EOS] for target in targets])
    inputs = whole[:, :-1].clone()
    inputs[inputs == EOS] = PAD
    return inputs, whole[:, 1:]
