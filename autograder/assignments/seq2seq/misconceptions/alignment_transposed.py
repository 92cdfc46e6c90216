"""Your matrix is transposed: letters are rows. Words are rows, letters are columns."""

exercise = "alignment-matrix"
must_fail = ["test_cut_off", "test_letters_end", "test_sentence", "test_words_end"]
may_fail = []


def alignment_matrix(looks, written, lengths, row):
    weights = torch.stack([look[row] for look in looks])
    words = int(((written[row] != EOS) & (written[row] != PAD)).sum())
    return weights[:words, : int(lengths[row])].T
