"""Yours keeps the k LEAST likely tokens: sort sorts upwards unless it is told otherwise."""

exercise = "top-k"
must_fail = ["test_kept", "test_any_shape", "test_ties"]
may_fail = []


def top_k(logits, k):
    bar = logits.sort(dim=-1).values[..., :k][..., -1:]
    return logits.masked_fill(logits > bar, -math.inf)
