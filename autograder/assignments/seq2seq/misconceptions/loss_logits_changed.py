"""You set the logits at pads in place. They belong to the caller."""

exercise = "sequence-loss"
must_fail = ["test_inputs_unchanged"]
may_fail = []


def sequence_loss(logits, expected):
    with torch.no_grad():
        logits[expected == PAD] = 0.0
    return F.cross_entropy(logits.flatten(0, 1), expected.flatten(), ignore_index=PAD)
