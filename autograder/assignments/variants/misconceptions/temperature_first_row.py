"""You divide by the largest logit of everything, too, which makes the temperature depend on what else is in the batch.
"""

exercise = "temperature"
must_fail = ["test_shares", "test_any_shape"]
may_fail = []


def with_temperature(logits, temperature):
    return logits / logits.abs().max() / temperature
