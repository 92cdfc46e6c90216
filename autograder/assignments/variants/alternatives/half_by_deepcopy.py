"""A deep copy of the teacher, from which every other layer is taken out."""

exercise = "distil-init"
stand_in = True


def half_of(teacher):
    import copy

    student = copy.deepcopy(teacher)
    student.encoder.layers = student.encoder.layers[::2]
    student.settings = dict(teacher.settings, num_layers=len(student.encoder.layers))
    return student
