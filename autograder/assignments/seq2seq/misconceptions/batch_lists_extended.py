"""You append the pads to the lists that you were given, so the caller's sequences have changed."""

exercise = "make-batch"
must_fail = ["test_inputs_unchanged"]
may_fail = []


def make_batch(sequences):
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    for sequence in sequences:
        while len(sequence) < int(lengths.max()):
            sequence.append(PAD)
    return torch.tensor(sequences), lengths
