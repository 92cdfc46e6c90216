"""You take the logarithm of a softmax. For large logits the softmax is 0 and its logarithm minus infinity;
log_softmax does both in one and is safe.
"""

exercise = "sequence-loss"
must_fail = ["test_large_logits"]
may_fail = []


def sequence_loss(logits, expected):
    p = torch.softmax(logits, dim=-1).gather(-1, expected.unsqueeze(-1)).squeeze(-1)
    real = expected != PAD
    return -torch.log(p)[real].mean()
