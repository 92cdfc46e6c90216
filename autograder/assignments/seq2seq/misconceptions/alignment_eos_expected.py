"""You look for EOS and stop with an error where there is none: a sentence that was cut off keeps all its words."""

exercise = "alignment-matrix"
must_fail = ["test_cut_off"]
may_fail = []


def alignment_matrix(looks, written, lengths, row):
    end = written[row].tolist().index(EOS)
    return torch.stack([look[row] for look in looks])[:end, : int(lengths[row])]
