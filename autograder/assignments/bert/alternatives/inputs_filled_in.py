"""Rows of pads, filled in."""

exercise = "build-inputs"


def build_inputs(pairs):
    T = max(len(a) + 2 + (0 if b is None else len(b) + 1) for a, b in pairs)
    ids = torch.full((len(pairs), T), PAD)
    segments = torch.zeros(len(pairs), T, dtype=torch.long)
    for i, (a, b) in enumerate(pairs):
        ids[i, 0], ids[i, 1 : len(a) + 1], ids[i, len(a) + 1] = CLS, torch.tensor(a, dtype=torch.long), SEP
        if b is not None:
            start = len(a) + 2
            ids[i, start : start + len(b)], ids[i, start + len(b)] = torch.tensor(b, dtype=torch.long), SEP
            segments[i, start : start + len(b) + 1] = 1
    return ids, segments, ids != PAD
