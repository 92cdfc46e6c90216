"""You reshape the logits to (B, V, T) where you should transpose them. The numbers of one place are scattered over
others.
"""

exercise = "sequence-loss"
must_fail = [
    "test_end_counts",
    "test_every_place_counts_the_same",
    "test_gradients",
    "test_large_logits",
    "test_pads",
    "test_pads_have_no_influence",
    "test_value",
]
may_fail = []


def sequence_loss(logits, expected):
    B, T, V = logits.shape
    return F.cross_entropy(logits.reshape(B, V, T), expected, ignore_index=PAD)
