"""Your lengths are the width of the tensor in every row. They should say how many tokens of each row are REAL."""

exercise = "make-batch"
must_fail = ["test_lengths", "test_token_zero"]
may_fail = []


def make_batch(sequences):
    longest = max(len(sequence) for sequence in sequences)
    ids = torch.tensor([sequence + [PAD] * (longest - len(sequence)) for sequence in sequences])
    return ids, torch.full((len(sequences),), longest)
