"""You keep the row of EOS. It is no word of the sentence; the labels of the picture do not fit any more."""

exercise = "alignment-matrix"
must_fail = ["test_letters_end", "test_one_sentence", "test_sentence", "test_words_end"]
may_fail = []


def alignment_matrix(looks, written, lengths, row):
    weights = torch.stack([look[row] for look in looks])
    words = int((written[row] != PAD).sum())
    return weights[:words, : int(lengths[row])]
