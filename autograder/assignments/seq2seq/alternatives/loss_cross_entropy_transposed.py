"""The vocabulary moved to dimension 1."""

exercise = "sequence-loss"


def sequence_loss(logits, expected):
    return F.cross_entropy(logits.transpose(1, 2), expected, ignore_index=PAD, reduction="mean")
