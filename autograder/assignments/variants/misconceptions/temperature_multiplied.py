"""You multiply by the temperature: so 2 sharpens and 1/2 flattens, the wrong way round. It divides."""

exercise = "temperature"
must_fail = ["test_shares", "test_any_shape"]
may_fail = []


def with_temperature(logits, temperature):
    return logits * temperature
