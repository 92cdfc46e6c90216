"""Tensors, padded by torch."""

exercise = "build-inputs"


def build_inputs(pairs):
    rows, segments = [], []
    for a, b in pairs:
        row = [CLS] + list(a) + [SEP]
        which = [0] * len(row)
        if b is not None:
            row = row + list(b) + [SEP]
            which = which + [1] * (len(b) + 1)
        rows.append(torch.tensor(row))
        segments.append(torch.tensor(which))
    ids = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)
    lengths = torch.tensor([len(row) for row in rows])
    return ids, nn.utils.rnn.pad_sequence(segments, batch_first=True), torch.arange(ids.shape[1]) < lengths[:, None]
