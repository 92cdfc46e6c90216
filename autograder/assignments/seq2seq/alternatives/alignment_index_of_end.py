"""The place of EOS in the row, or its end."""

exercise = "alignment-matrix"


def alignment_matrix(looks, written, lengths, row):
    tokens = written[row].tolist()
    end = tokens.index(EOS) if EOS in tokens else len(tokens)
    return torch.stack(looks, dim=1)[row, :end, : lengths[row]].clone()
