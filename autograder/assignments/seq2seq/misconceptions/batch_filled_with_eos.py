"""You fill the rows up with EOS. That is a token with a meaning; what fills up is PAD."""

exercise = "make-batch"
must_fail = ["test_ids", "test_longest_anywhere"]
may_fail = []


def make_batch(sequences):
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    ids = torch.full((len(sequences), int(lengths.max())), EOS)
    for row, sequence in zip(ids, sequences):
        row[: len(sequence)] = torch.tensor(sequence)
    return ids, lengths
