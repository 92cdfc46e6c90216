"""You take the weights of the right sentence and cut them with the lengths of the first one."""

exercise = "alignment-matrix"
must_fail = ["test_letters_end", "test_words_end"]
may_fail = []


def alignment_matrix(looks, written, lengths, row):
    words = int((written[0] > EOS).sum())
    return torch.stack([look[row] for look in looks])[:words, : int(lengths[0])]
