"""You count what differs from PAD. Take the length of the list: it is right whatever numbers stand in it."""

exercise = "make-batch"
must_fail = ["test_token_zero"]
may_fail = []


def make_batch(sequences):
    longest = max(len(sequence) for sequence in sequences)
    ids = torch.tensor([sequence + [PAD] * (longest - len(sequence)) for sequence in sequences])
    return ids, (ids != PAD).sum(dim=1)
