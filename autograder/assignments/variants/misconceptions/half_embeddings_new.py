"""You have copied the layers only: embeddings, their norm and the bias of the output are new, so that the layers read
numbers that they have never seen.
"""

exercise = "distil-init"
must_fail = ["test_weights", "test_used"]
may_fail = []


def half_of(teacher):
    fewer = teacher.settings | {"num_layers": len(teacher.encoder.layers) // 2}
    student = MaskedLM(**fewer).to(teacher.encoder.bias.device)
    for i, layer in enumerate(student.encoder.layers):
        layer.load_state_dict(teacher.encoder.layers[2 * i].state_dict())
    return student
