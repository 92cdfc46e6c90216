"""Yours is the mean of 1/p over the tokens, a mean of perplexities. A single improbable token then outweighs all
others. The mean is taken of log p, and exp last.
"""

exercise = "perplexity"
must_fail = ["test_one_batch", "test_pads", "test_batches"]
may_fail = []


def perplexity(batches):
    every = torch.cat([log_p[real] for log_p, real in batches])
    return torch.exp(-every).mean().item()
