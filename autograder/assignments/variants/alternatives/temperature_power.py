"""By torch.div, with the temperature as a tensor on the same device."""

exercise = "temperature"
stand_in = True


def with_temperature(logits, temperature):
    return torch.div(logits, torch.full((), float(temperature), dtype=logits.dtype, device=logits.device))
