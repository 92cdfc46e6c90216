"""What is ours passes on a device as it does on the processor: references, alternatives, and the checks' own helpers.

The device is the make-believe one (`bridge/impostor.py`), so that no GPU is needed to show it. Students' right code
may fail there where nothing asks it to be device-safe, and is asked on the processor again; ours may not.

Exercises that need a GPU are left out: `verify` proves them on such a device anyhow.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module

import pytest

from autograder.checks.draw import Draw, derive
from autograder.checks.local import local_student, namespace_of
from autograder.checks.student import Student
from autograder.course import Assignment, Course
from autograder.misconceptions import alternatives_of, code_until, reference_notebook
from autograder.tests.lessons.run import ROOT

LESSONS = [lesson.name for lesson in Course(ROOT).lessons]
#: Lessons whose code does not run on the make-believe device, and why not.
OF_THE_PROCESSOR = {
    "keras": "Keras makes its weights at a layer's first call, on the processor or on a GPU that CUDA knows: on the "
    "make-believe device nothing of this lesson can be asked, and a grader with a GPU asks it again on the processor"
}
Check = Callable[..., None]  #: given a student, and inputs to draw


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("default")  # nobody minds them where students' code runs
@pytest.mark.parametrize("name", LESSONS)
def test_references_and_alternatives_pass_on_a_device(name: str) -> None:
    if name in OF_THE_PROCESSOR:
        pytest.skip(OF_THE_PROCESSOR[name])
    lesson = Course(ROOT).assignment(name)
    checks = checks_of(lesson)
    assert all(checks.values())
    faults = {
        f"{exercise}: {who}: {check.__name__}": fault
        for exercise in checks
        for who, source in right_code(lesson, exercise).items()
        for check in checks[exercise]
        if (fault := fault_of(check, exercise, source))
    }
    assert faults == {}


def test_code_that_forgets_the_device_is_found_out() -> None:
    def check(student: Student, draw: Draw) -> None:
        student.call("shifted", draw.normal(2, 3))

    forgetful = "import torch\ndef shifted(x):\n    return x + torch.ones(3)"
    assert "same device" in fault_of(check, "shift", forgetful)
    assert not fault_of(check, "shift", forgetful.replace("(3)", "(3, device=x.device)"))


def checks_of(lesson: Assignment) -> dict[str, list[Check]]:
    """The checks of each exercise that needs no GPU."""
    module = import_module(f"autograder.assignments.{lesson.folder.name}.{lesson.tests.stem}")
    found: dict[str, list[Check]] = {}
    for each in vars(module).values():
        marks = {mark.name: mark for mark in getattr(each, "pytestmark", [])}
        if "exercise" in marks and "gpu" not in marks:
            found[marks["exercise"].args[0]] = [
                getattr(each(), name) for name in vars(each) if name.startswith("test_")
            ]
    return found


def right_code(lesson: Assignment, exercise: str) -> dict[str, str]:
    """The lesson's code up to an exercise, with the reference's solution of it and with each alternative."""
    notebook = reference_notebook(lesson)
    right: dict[str, dict[str, str]] = {"reference": {}}
    right |= {each.slug: {exercise: each.source} for each in alternatives_of(lesson) if each.exercise == exercise}
    return {who: code_until(notebook, exercise, replaced) for who, replaced in right.items()}


def fault_of(check: Check, exercise: str, source: str) -> str:
    """What a check has to say on the device, where it does not pass."""
    student = local_student(namespace_of(source), "impostor")
    fixtures = {"student": student, "draw": Draw(derive(b"", exercise, check.__name__))}
    try:
        check(**{name: fixtures[name] for name in inspect.signature(check).parameters})
    except (Exception, pytest.skip.Exception) as error:  # noqa: BLE001 - of whatever kind: it did not pass
        return "" if isinstance(error, pytest.skip.Exception) else repr(error)
    return ""
