"""Your student has the right size, but its layers begin with weights drawn by lot: the teacher's have not been loaded.
"""

exercise = "distil-init"
must_fail = ["test_weights", "test_used"]
may_fail = []


def half_of(teacher):
    fewer = teacher.settings | {"num_layers": len(teacher.encoder.layers) // 2}
    student = MaskedLM(**fewer).to(teacher.encoder.bias.device)
    student.load_state_dict(teacher.state_dict(), strict=False)                # all but the layers is right by now
    return student
