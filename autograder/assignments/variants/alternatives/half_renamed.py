"""The teacher's weights under the student's names."""

exercise = "distil-init"


def half_of(teacher):
    number = teacher.settings["num_layers"] // 2
    small = MaskedLM(**dict(teacher.settings, num_layers=number)).to(teacher.encoder.tokens.weight.device)
    weights = {}
    for name, value in teacher.state_dict().items():
        parts = name.split(".")
        if parts[1] == "layers":
            if int(parts[2]) % 2:
                continue
            parts[2] = str(int(parts[2]) // 2)
        weights[".".join(parts)] = value.clone()
    small.load_state_dict(weights)
    return small
