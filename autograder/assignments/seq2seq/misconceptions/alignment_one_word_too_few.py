"""You always leave out the last step. In a short sentence several steps follow its EOS, and one that was cut off has
no EOS at all.
"""

exercise = "alignment-matrix"
must_fail = ["test_cut_off", "test_words_end"]
may_fail = []


def alignment_matrix(looks, written, lengths, row):
    return torch.stack([look[row] for look in looks])[:-1, : int(lengths[row])]
