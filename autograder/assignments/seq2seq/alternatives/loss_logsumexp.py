"""The logarithm of the sum of exponentials, minus the expected logit."""

exercise = "sequence-loss"


def sequence_loss(logits, expected):
    total, count = 0.0, 0
    for b in range(expected.shape[0]):
        for t in range(expected.shape[1]):
            word = int(expected[b, t])
            if word != PAD:
                total = total + torch.logsumexp(logits[b, t], dim=0) - logits[b, t, word]
                count += 1
    return total / count
