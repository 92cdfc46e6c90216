"""You keep the columns of the pads. Nobody looks there, and the picture becomes wide and empty."""

exercise = "alignment-matrix"
must_fail = ["test_cut_off", "test_letters_end"]
may_fail = []


def alignment_matrix(looks, written, lengths, row):
    weights = torch.stack([look[row] for look in looks])
    words = int(((written[row] != EOS) & (written[row] != PAD)).sum())
    return weights[:words]
