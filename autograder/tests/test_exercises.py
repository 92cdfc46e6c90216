"""Checking one exercise: an error costs its points once, and no check ends another."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.exercises import material_of
from autograder.model import Verdict
from autograder.sandbox.limits import Limits
from autograder.tests.chain import grade, make_chain, submission


@pytest.mark.slow
def test_a_loop_in_an_earlier_exercise_costs_its_points_once(chain: Assignment) -> None:
    loop = submission(softmax_code="def softmax(x, dim=-1):\n    while True: pass")
    softmax, mix = grade(chain, loop, Limits(call_seconds=5, exercise_seconds=8)).report.exercises
    assert (softmax.score, mix.score, mix.with_stand_ins) == (0.0, 2.0, True)


KILLER = """\
import ctypes, os, signal
def softmax(x, dim=-1):
    if x.abs().max() > 50:
        ctypes.CDLL(None).prctl(1, 0)
        os.kill(os.getppid(), signal.SIGKILL)
        while True: pass
    return torch.softmax(x, dim)
"""


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_left")
def test_a_check_that_would_end_the_others_costs_itself_alone(chain: Assignment) -> None:
    softmax, mix = grade(chain, submission(softmax_code=KILLER)).report.exercises
    assert [check.verdict for check in softmax.checks] == [Verdict.PASSED, Verdict.FAILED, Verdict.PASSED]
    assert "PermissionError" in softmax.checks[1].message
    assert (softmax.score, mix.score) == (3.0, 2.0)


BREAKS = {
    "test_chain.py": ('"mix"', '"mixed"', "only one of them knows: mix, mixed"),
    "alternatives/builtin.py": ("stand_in = True", "stand_in = False", "stand_in = True for softmax"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_course_that_does_not_fit_together_is_refused(tmp_path: Path, name: str) -> None:
    broken = make_chain(tmp_path)
    old, new, fault = BREAKS[name]
    path = broken.folder / name
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(CourseError, match=fault):
        material_of(broken, broken.version)


def test_material_is_read_once_for_a_version(chain: Assignment) -> None:
    assert material_of(chain, chain.version) is material_of(chain, chain.version)
    assert set(material_of(chain, chain.version).references) == {"softmax", "mix"}
