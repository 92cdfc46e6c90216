"""You soften the teacher only. The student is then to be soft at temperature 1, which is something else than being like
the teacher.
"""

exercise = "distillation-loss"
must_fail = ["test_temperature", "test_together", "test_gradient"]
may_fail = []


def distillation_loss(logits, states, teacher_logits, teacher_states, labels, real, temperature=2.0, weights=(5, 2, 1)):
    ours, theirs = F.log_softmax(logits[real], dim=-1), F.log_softmax(teacher_logits[real] / temperature, dim=-1)  # (n, V)
    soft = (theirs.exp() * (theirs - ours)).sum(dim=-1).mean() * temperature**2            # ()
    masked = F.cross_entropy(logits.transpose(1, 2), labels, ignore_index=-100)            # ()
    angle = 1 - F.cosine_similarity(states, teacher_states, dim=-1)[real].mean()           # ()
    return weights[0] * soft + weights[1] * masked + weights[2] * angle
