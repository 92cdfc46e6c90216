"""You return the share of wrong words. It has no gradient, so nothing could learn from it."""

exercise = "sequence-loss"
must_fail = ["unknown"]
may_fail = []


def sequence_loss(logits, expected):
    real = expected != PAD
    return (logits.argmax(-1) != expected)[real].float().mean()
