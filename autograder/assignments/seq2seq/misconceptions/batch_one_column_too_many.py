"""Your tensor has one column more than the longest sequence needs."""

exercise = "make-batch"
must_fail = ["test_ids", "test_longest_anywhere", "test_one_sequence"]
may_fail = []


def make_batch(sequences):
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    ids = torch.full((len(sequences), int(lengths.max()) + 1), PAD)
    for row, sequence in zip(ids, sequences):
        row[: len(sequence)] = torch.tensor(sequence)
    return ids, lengths
