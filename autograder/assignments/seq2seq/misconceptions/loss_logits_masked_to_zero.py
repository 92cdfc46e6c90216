"""You set the logits at pads to 0 and still count these places. Logits of 0 are a guess like any other, and its loss
is ln V, not 0.
"""

exercise = "sequence-loss"
must_fail = ["test_end_counts", "test_every_place_counts_the_same", "test_gradients", "test_large_logits", "test_pads"]
may_fail = []


def sequence_loss(logits, expected):
    real = expected != PAD
    return F.cross_entropy((logits * real.unsqueeze(-1)).flatten(0, 1), expected.flatten())
