"""You count pads as words. The model is trained to say PAD after EOS: easy points that hide the true loss."""

exercise = "sequence-loss"
must_fail = ["unknown"]
may_fail = []


def sequence_loss(logits, expected):
    return F.cross_entropy(logits.flatten(0, 1), expected.flatten())
