"""Your tensor is as wide as the FIRST sequence; longer ones lose their ends. Take the longest."""

exercise = "make-batch"
must_fail = ["test_ids", "test_longest_anywhere"]
may_fail = []


def make_batch(sequences):
    width = len(sequences[0])
    ids = torch.tensor([(sequence + [PAD] * width)[:width] for sequence in sequences])
    return ids, torch.tensor([len(sequence) for sequence in sequences])
