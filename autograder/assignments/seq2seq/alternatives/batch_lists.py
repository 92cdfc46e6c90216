"""Rows of a list are filled up before anything becomes a tensor."""

exercise = "make-batch"


def make_batch(sequences):
    longest = max(map(len, sequences))
    rows = [list(sequence) + [PAD] * (longest - len(sequence)) for sequence in sequences]
    return torch.LongTensor(rows), torch.LongTensor([len(sequence) for sequence in sequences])
