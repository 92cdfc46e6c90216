"""You take a mean for each sentence and then the mean of those. A place in a short sentence then counts more than one
in a long sentence.
"""

exercise = "sequence-loss"
must_fail = ["test_end_counts", "test_every_place_counts_the_same", "test_gradients", "test_large_logits", "test_pads"]
may_fail = []


def sequence_loss(logits, expected):
    real = expected != PAD
    each = F.cross_entropy(logits.flatten(0, 1), expected.flatten(), reduction="none").view(expected.shape)
    return ((each * real).sum(1) / real.sum(1)).mean()
