"""torch's own padding."""

exercise = "make-batch"
stand_in = True


from torch.nn.utils.rnn import pad_sequence


def make_batch(sequences):
    rows = [torch.as_tensor(sequence, dtype=torch.long) for sequence in sequences]
    return pad_sequence(rows, batch_first=True, padding_value=PAD), torch.as_tensor([row.numel() for row in rows])
