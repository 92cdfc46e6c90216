"""You return the sum over the real places, not their mean. It grows with the batch, and so would every step."""

exercise = "sequence-loss"
must_fail = ["unknown"]
may_fail = []


def sequence_loss(logits, expected):
    return F.cross_entropy(logits.flatten(0, 1), expected.flatten(), ignore_index=PAD, reduction="sum")
