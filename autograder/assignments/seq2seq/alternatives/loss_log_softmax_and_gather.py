"""The log-probabilities of the expected words, picked out and averaged."""

exercise = "sequence-loss"


def sequence_loss(logits, expected):
    real = (expected != PAD).float()
    log_p = torch.log_softmax(logits, dim=-1).gather(-1, expected.unsqueeze(-1)).squeeze(-1)
    return -(log_p * real).sum() / real.sum()
