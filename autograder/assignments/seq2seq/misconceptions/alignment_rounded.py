"""You round the weights to 0 and 1. A word may share its look among several letters."""

exercise = "alignment-matrix"
must_fail = ["test_cut_off", "test_letters_end", "test_sentence", "test_words_end"]
may_fail = []


def alignment_matrix(looks, written, lengths, row):
    words = int((written[row] > EOS).sum())
    return torch.stack([look[row] for look in looks])[:words, : int(lengths[row])].round()
