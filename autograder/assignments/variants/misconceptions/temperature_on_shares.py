"""You take softmax first, and divide the shares. Divided by whatever number, they keep their ratios; and softmax of
them afterwards is nearly flat. The logits are divided.
"""

exercise = "temperature"
must_fail = ["test_shares", "test_any_shape"]
may_fail = []


def with_temperature(logits, temperature):
    return logits.softmax(dim=-1) / temperature
