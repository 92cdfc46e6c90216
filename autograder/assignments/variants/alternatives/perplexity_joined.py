"""All real tokens in one tensor."""

exercise = "perplexity"
stand_in = True


def perplexity(batches):
    return torch.cat([log_p.masked_select(real) for log_p, real in batches]).double().mean().neg().exp().item()
