"""You divide by all places, pads included. The more pads a batch holds, the smaller your loss, and the weaker each
step of learning.
"""

exercise = "sequence-loss"
must_fail = ["test_end_counts", "test_every_place_counts_the_same", "test_gradients", "test_large_logits", "test_pads"]
may_fail = []


def sequence_loss(logits, expected):
    each = F.cross_entropy(logits.flatten(0, 1), expected.flatten(), ignore_index=PAD, reduction="none")
    return each.mean()
