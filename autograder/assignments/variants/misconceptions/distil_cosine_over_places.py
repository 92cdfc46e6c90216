"""Your cosine runs along the places, not along the d numbers of a word."""

exercise = "distillation-loss"
must_fail = ["test_cosine", "test_together", "test_gradient"]
may_fail = []


def distillation_loss(logits, states, teacher_logits, teacher_states, labels, real, temperature=2.0, weights=(5, 2, 1)):
    ours, theirs = (F.log_softmax(each[real] / temperature, dim=-1) for each in (logits, teacher_logits))  # (n, V)
    soft = (theirs.exp() * (theirs - ours)).sum(dim=-1).mean() * temperature**2            # ()
    masked = F.cross_entropy(logits.transpose(1, 2), labels, ignore_index=-100)            # ()
    angle = 1 - F.cosine_similarity(states, teacher_states, dim=1).mean()           # ()
    return weights[0] * soft + weights[1] * masked + weights[2] * angle
