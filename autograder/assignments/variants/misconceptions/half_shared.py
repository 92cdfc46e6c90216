"""Your student's layers ARE the teacher's: they share parameters. While the student learns, its teacher changes."""

exercise = "distil-init"
must_fail = ["test_copies"]
may_fail = []


def half_of(teacher):
    fewer = teacher.settings | {"num_layers": len(teacher.encoder.layers) // 2}
    student = MaskedLM(**fewer).to(teacher.encoder.bias.device)
    student.load_state_dict(teacher.state_dict(), strict=False)                # all but the layers is right by now
    for i, layer in enumerate(student.encoder.layers):
        student.encoder.layers[i] = teacher.encoder.layers[2 * i]
    return student
