"""Yours takes the layers 1, 3, 5, …: one off. Here the first layer is kept, which has learnt to read the embeddings.
"""

exercise = "distil-init"
must_fail = ["test_weights", "test_used"]
may_fail = []


def half_of(teacher):
    fewer = teacher.settings | {"num_layers": len(teacher.encoder.layers) // 2}
    student = MaskedLM(**fewer).to(teacher.encoder.bias.device)
    student.load_state_dict(teacher.state_dict(), strict=False)                # all but the layers is right by now
    for i, layer in enumerate(student.encoder.layers):
        layer.load_state_dict(teacher.encoder.layers[2 * i + 1].state_dict())
    return student
