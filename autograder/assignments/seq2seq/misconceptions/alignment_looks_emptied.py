"""You take the weights out of the list one by one (`pop`), so that the caller's list is empty afterwards."""

exercise = "alignment-matrix"
must_fail = ["test_inputs_unchanged"]
may_fail = []


def alignment_matrix(looks, written, lengths, row):
    words = int((written[row] > EOS).sum())
    rows = []
    while looks:
        rows.append(looks.pop(0)[row])
    return torch.stack(rows)[:words, : int(lengths[row])]
