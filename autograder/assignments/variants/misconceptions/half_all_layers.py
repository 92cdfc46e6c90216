"""Your student has as many layers as its teacher."""

exercise = "distil-init"
must_fail = ["test_half", "test_weights", "test_used"]
may_fail = []


def half_of(teacher):
    student = MaskedLM(**teacher.settings).to(teacher.encoder.bias.device)
    student.load_state_dict(teacher.state_dict())
    return student
