"""You leave EOS out. The model never learns to stop."""

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
    real = (expected != PAD) & (expected != EOS)
    each = F.cross_entropy(logits.flatten(0, 1), expected.flatten(), reduction="none").view(expected.shape)
    return (each * real).sum() / real.sum().clamp(min=1)
