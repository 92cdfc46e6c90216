"""You take the first sentence of the batch, whichever is asked for."""

exercise = "alignment-matrix"
must_fail = ["test_letters_end", "test_sentence", "test_words_end"]
may_fail = []


def alignment_matrix(looks, written, lengths, row):
    words = int((written[0] > EOS).sum())
    return torch.stack([look[0] for look in looks])[:words, : int(lengths[0])]
