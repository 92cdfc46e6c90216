"""Rows and columns picked by masks."""

exercise = "alignment-matrix"


def alignment_matrix(looks, written, lengths, row):
    words = written[row] > EOS
    letters = torch.arange(looks[0].size(1), device=lengths.device) < lengths[row]
    return torch.stack([look[row] for look in looks])[words][:, letters]
