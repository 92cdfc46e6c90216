"""You put the pads in front of the tokens. Then position 0 of a short row is no letter, and everything that counts
from the front (lengths, masks) is wrong.
"""

exercise = "make-batch"
must_fail = ["test_ids", "test_longest_anywhere"]
may_fail = []


def make_batch(sequences):
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = int(lengths.max())
    return torch.tensor([[PAD] * (longest - len(sequence)) + sequence for sequence in sequences]), lengths
