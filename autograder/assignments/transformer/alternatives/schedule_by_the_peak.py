"""The peak, and how far away from it."""

exercise = "schedule"


def learning_rate(step, d_model, warmup, factor=1.0):
    peak = factor / (d_model * warmup) ** 0.5
    return peak * min(step / warmup, (warmup / max(step, 1)) ** 0.5)
