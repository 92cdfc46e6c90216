"""You take the softmax before cross_entropy, which takes one itself. Twice is too much: even a perfect model cannot
get its loss down to 0.
"""

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
    probabilities = torch.softmax(logits, dim=-1)
    return F.cross_entropy(probabilities.flatten(0, 1), expected.flatten(), ignore_index=PAD)
