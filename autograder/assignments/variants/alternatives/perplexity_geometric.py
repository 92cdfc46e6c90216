"""A loop that keeps running sums; pads set to 0."""

exercise = "perplexity"


def perplexity(batches):
    nats, tokens = 0.0, 0
    for log_p, real in batches:
        nats -= float(torch.where(real, log_p, torch.zeros_like(log_p)).sum())
        tokens += int(real.sum())
    return float(torch.tensor(nats / tokens).exp())
