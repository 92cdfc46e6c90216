"""With torch's kl_div, cosine_embedding_loss and nll_loss."""

exercise = "distillation-loss"
stand_in = True


def distillation_loss(logits, states, teacher_logits, teacher_states, labels, real, temperature=2.0, weights=(5, 2, 1)):
    student = F.log_softmax(logits[real].div(temperature), dim=-1)
    teacher = F.softmax(teacher_logits[real].div(temperature), dim=-1)
    divergence = F.kl_div(student, teacher, reduction="batchmean") * temperature * temperature
    words = F.nll_loss(F.log_softmax(logits.flatten(0, 1), dim=-1), labels.flatten(), ignore_index=-100)
    same_way = torch.ones(len(student), device=logits.device)
    cosine = F.cosine_embedding_loss(states[real], teacher_states[real], same_way)
    return sum(weight * part for weight, part in zip(weights, (divergence, words, cosine)))
