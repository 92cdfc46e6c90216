"""You take off one word for EOS, but your count did not hold EOS in the first place."""

exercise = "alignment-matrix"
must_fail = ["test_cut_off", "test_letters_end", "test_one_sentence", "test_sentence", "test_words_end"]
may_fail = []


def alignment_matrix(looks, written, lengths, row):
    words = int((written[row] > EOS).sum()) - 1
    return torch.stack([look[row] for look in looks])[:words, : int(lengths[row])]
