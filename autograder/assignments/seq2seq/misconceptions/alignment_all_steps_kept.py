"""You keep the rows of all steps. This sentence had ended; the steps after its EOS were taken for its neighbours."""

exercise = "alignment-matrix"
must_fail = ["test_letters_end", "test_one_sentence", "test_sentence", "test_words_end"]
may_fail = []


def alignment_matrix(looks, written, lengths, row):
    return torch.stack([look[row] for look in looks])[:, : int(lengths[row])]
