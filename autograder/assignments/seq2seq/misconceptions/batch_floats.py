"""Your numbers are float32. An embedding is indexed by whole numbers, torch.long."""

exercise = "make-batch"
must_fail = ["test_ids", "test_longest_anywhere", "test_one_sequence"]
may_fail = []


def make_batch(sequences):
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    ids = torch.zeros(len(sequences), int(lengths.max()))
    for row, sequence in zip(ids, sequences):
        row[: len(sequence)] = torch.tensor(sequence)
    return ids, lengths
