"""You count pads as words. The model is trained to say PAD after EOS: easy points that hide the true loss."""

exercise = "sequence-loss"
must_fail = [
    "test_end_counts",
    "test_every_place_counts_the_same",
    "test_gradients",
    "test_large_logits",
    "test_pads",
    "test_pads_have_no_influence",
]
may_fail = []


def sequence_loss(logits, expected):
    return F.cross_entropy(logits.flatten(0, 1), expected.flatten())
