"""You return the share of wrong words. It has no gradient, so nothing could learn from it."""

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
    real = expected != PAD
    return (logits.argmax(-1) != expected)[real].float().mean()
