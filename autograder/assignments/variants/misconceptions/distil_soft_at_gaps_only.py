"""Your soft targets are taken at masked places only. The teacher has something to say at every place."""

exercise = "distillation-loss"
must_fail = ["test_soft", "test_temperature", "test_soft_pads", "test_together", "test_gradient"]
may_fail = []


def distillation_loss(logits, states, teacher_logits, teacher_states, labels, real, temperature=2.0, weights=(5, 2, 1)):
    ours, theirs = (F.log_softmax(each[labels != -100] / temperature, dim=-1) for each in (logits, teacher_logits))  # (n, V)
    soft = (theirs.exp() * (theirs - ours)).sum(dim=-1).mean() * temperature**2            # ()
    masked = F.cross_entropy(logits.transpose(1, 2), labels, ignore_index=-100)            # ()
    angle = 1 - F.cosine_similarity(states, teacher_states, dim=-1)[real].mean()           # ()
    return weights[0] * soft + weights[1] * masked + weights[2] * angle
