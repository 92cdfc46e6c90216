"""A notebook of which one exercise needs a GPU, graded for real: without one, with a make-believe one, and later."""

from __future__ import annotations

import pytest

from autograder.course import Assignment
from autograder.grade import Graded, grade_notebook
from autograder.intake import accept
from autograder.model import Report, Verdict
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS, answer
from autograder.tests.notebooks import as_bytes, cell_of

pytestmark = [*NBGRADER_WARNINGS, pytest.mark.usefixtures("real_grader")]

ON_CPU_ONLY = "def double(x):\n    return x + x * torch.ones(x.shape, dtype=x.dtype)"


def graded(assignment: Assignment, device: str, earlier: Report | None = None, **sources: str) -> Graded:
    clean = accept(as_bytes(answer(assignment, playground="print('hello')", **sources)), assignment)
    return grade_notebook(clean.notebook, assignment, device=device, earlier=earlier)


def scores(report: Report) -> dict[str, float | None]:
    return {each.grade_id: each.score for each in report.exercises}


def test_what_waits_is_filled_in_later_and_nothing_else_is_touched(assignment: Assignment) -> None:
    first = graded(assignment, "cpu").report
    assert scores(first) == {"double": 2.0, "on-gpu": None, "whole": 1.0}
    assert first.exercises[1].state is Verdict.PENDING
    later = graded(assignment, "impostor", earlier=first)
    assert scores(later.report) == {"double": 2.0, "on-gpu": 1.0, "whole": 1.0}
    assert [later.report.exercises[i] for i in (0, 2)] == [first.exercises[i] for i in (0, 2)]
    assert (first.device, later.report.device) == ("cpu", "impostor")
    assert cell_of(later.notebook, "playground").outputs[0].text == "hello\n"  # the page is as whole as the first


def test_what_is_right_on_the_cpu_keeps_its_points_and_is_told_of_the_gpu(assignment: Assignment) -> None:
    report = graded(assignment, "impostor", double_code=ON_CPU_ONLY).report
    assert scores(report) == {"double": 2.0, "on-gpu": 0.0, "whole": 1.0}
    assert [notice.partition(" works on the CPU")[0] for notice in report.notices] == ["“double”", "“whole”"]
    assert "found at least two devices" in report.notices[0]


def test_what_is_wrong_everywhere_is_not_compared(assignment: Assignment) -> None:
    report = graded(assignment, "impostor", double_code="def double(x):\n    return x * x").report
    assert scores(report)["on-gpu"] == 0.0
    assert report.notices == ()
