"""Pads weighted by 0 instead of left out; cross-entropy minus entropy for the divergence."""

exercise = "distillation-loss"


def distillation_loss(logits, states, teacher_logits, teacher_states, labels, real, temperature=2.0, weights=(5, 2, 1)):
    counts = real / real.sum()
    log_q = logits.div(temperature).log_softmax(-1)
    log_p = teacher_logits.div(temperature).log_softmax(-1)
    p = log_p.exp()
    per_place = -(p * log_q).sum(-1) + (p * log_p).sum(-1)
    soft = temperature**2 * (per_place * counts).sum()
    asked = labels.ne(-100)
    picked = logits.log_softmax(-1).gather(-1, labels.clamp_min(0).unsqueeze(-1)).squeeze(-1)
    masked = -(picked * asked).sum() / asked.sum()
    unit, their_unit = F.normalize(states, dim=-1), F.normalize(teacher_states, dim=-1)
    angle = ((1 - (unit * their_unit).sum(-1)) * counts).sum()
    return weights[0] * soft + weights[1] * masked + weights[2] * angle
