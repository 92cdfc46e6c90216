"""You average over the sentences of the batch. Each sentence has an alignment of its own."""

exercise = "alignment-matrix"
must_fail = ["test_cut_off", "test_letters_end", "test_sentence", "test_words_end"]
may_fail = []


def alignment_matrix(looks, written, lengths, row):
    words = int((written[row] > EOS).sum())
    return torch.stack([look.mean(dim=0) for look in looks])[:words, : int(lengths[row])]
