"""You have taken layers out of the teacher itself: it is the student now, and there is no teacher any more."""

exercise = "distil-init"
must_fail = ["test_copies"]
may_fail = []


def half_of(teacher):
    teacher.encoder.layers = teacher.encoder.layers[::2]
    return teacher
