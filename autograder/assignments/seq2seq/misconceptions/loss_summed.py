"""You return the sum over the real places, not their mean. It grows with the batch, and so would every step."""

exercise = "sequence-loss"
must_fail = [
    "test_end_counts",
    "test_every_place_counts_the_same",
    "test_gradients",
    "test_large_logits",
    "test_pads",
    "test_value",
]
may_fail = []


def sequence_loss(logits, expected):
    return F.cross_entropy(logits.flatten(0, 1), expected.flatten(), ignore_index=PAD, reduction="sum")
