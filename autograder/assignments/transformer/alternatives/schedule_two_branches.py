"""An if for each branch."""

exercise = "schedule"


def learning_rate(step, d_model, warmup, factor=1.0):
    if step < warmup:
        return factor * step / (math.sqrt(d_model) * warmup * math.sqrt(warmup))
    return factor / math.sqrt(d_model * step)
