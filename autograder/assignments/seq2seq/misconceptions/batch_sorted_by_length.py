"""You sort the sequences by length. The caller no longer knows which row is which, and the translations go to the
wrong sentences.
"""

exercise = "make-batch"
must_fail = ["test_ids", "test_lengths", "test_longest_anywhere", "test_token_zero"]
may_fail = []


def make_batch(sequences):
    ordered = sorted(sequences, key=len, reverse=True)
    lengths = torch.tensor([len(sequence) for sequence in ordered])
    ids = torch.full((len(ordered), int(lengths.max())), PAD)
    for row, sequence in zip(ids, ordered):
        row[: len(sequence)] = torch.tensor(sequence)
    return ids, lengths
