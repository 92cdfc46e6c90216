"""What the tests of the nbgrader adapters share: a fake grader, and marks read from the gradebook."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
import sysconfig
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader import handlers

from autograder import grade as grader
from autograder.course import Assignment, Course
from autograder.grade import Graded
from autograder.intake import released_notebook
from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from autograder.nbgrader_adapters import grading
from autograder.nbgrader_adapters.gradebook import load_config
from autograder.nbgrader_adapters.grading import ClassOutcome, grade_class
from autograder.nbgrader_adapters.preprocessors.write_verdicts import is_verdict_cell
from autograder.nbgrader_adapters.reports import load_report
from autograder.nbgrader_adapters.scripts import scripts_on_path
from autograder.tests import tiny
from autograder.tests.notebooks import cell_of, submit
from autograder.work import device_here

#: nbgrader's own, which no mending of ours would reach.
NBGRADER_WARNINGS = [
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:nbgrader"),
    pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning"),
]


class Mark(NamedTuple):
    """A row of the gradebook."""

    auto: float | None
    manual: float | None = None
    extra: float | None = None
    needs_person: bool = False


def check(verdict: Verdict, core: bool = True) -> CheckResult:
    """A check that ended so."""
    return CheckResult("test_it", "It is right", verdict, core=core)


def result(grade_id: str, points: float, verdict: Verdict) -> ExerciseResult:
    """An exercise with one check that ended so."""
    return ExerciseResult(grade_id, points, (check(verdict),))


def partly(grade_id: str, points: float) -> ExerciseResult:
    """An exercise of which half was right."""
    return ExerciseResult(grade_id, points, (check(Verdict.PASSED), check(Verdict.FAILED)))


@dataclass
class FakeGrader:
    """Stands in for `autograder.grade.grade_notebook`: full marks for the right answer, none for any other.

    Attributes:
        results: verdicts to give in place of these; an exercise that is set to None is left out of the report.
        outputs: outputs that the student's code leaves, by cell.
        before: called with the notebook before it is graded; may raise.
        graded: the notebooks that were graded.
        asked: what else the grader was told, each time.
    """

    results: dict[str, ExerciseResult | None] = field(default_factory=dict)
    outputs: dict[str, list[NotebookNode]] = field(default_factory=dict)
    before: Callable[[NotebookNode], object] = lambda notebook: None
    graded: list[NotebookNode] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, notebook: NotebookNode, assignment: Assignment, **settings: Any) -> Graded:
        self.before(notebook)
        self.graded.append(copy.deepcopy(notebook))
        self.asked.append(settings)
        for cell_id, outputs in self.outputs.items():
            cell_of(notebook, cell_id).outputs = copy.deepcopy(outputs)
        cells = [cell for cell in notebook.cells if is_verdict_cell(cell)]
        exercises = tuple(found for cell in cells if (found := self._result(notebook, cell)))
        notices = tuple(settings.get("notices", ()))
        return Graded(Report(assignment.name, assignment.version, "off", "cpu", exercises, notices), notebook)

    def _result(self, notebook: NotebookNode, cell: NotebookNode) -> ExerciseResult | None:
        grade_id = cell.metadata.nbgrader.grade_id
        if grade_id in self.results:
            return self.results[grade_id]
        right = cell_of(notebook, "double-code").source == tiny.RIGHT
        verdict = Verdict.PENDING if grade_id == "on-gpu" else Verdict.PASSED if right else Verdict.FAILED
        return result(grade_id, float(cell.metadata.nbgrader.points), verdict)


class InProcess(ThreadPoolExecutor):
    """A pool whose one worker is a thread of this process, where a fake grader is met."""

    slots = 1
    has_gpu = False

    def __init__(self) -> None:
        super().__init__(1)
        self.notices: list[str] = []

    def share(self, data: bytes) -> bytes:
        """The bytes themselves."""
        return data

    def first_device(self, asked: str) -> str:
        """What is asked of `autograder.grade` here."""
        return device_here(asked)

    def stop(self) -> None:
        """Nothing more is begun."""
        self.shutdown(wait=False, cancel_futures=True)


def stand_in(fake: FakeGrader, patch: pytest.MonkeyPatch) -> None:
    """Has runs graded by the fake, which is met in this process alone."""
    patch.setattr(grader, "grade_notebook", fake)
    patch.setattr(grading, "LocalPool", InProcess)


def hand_in(assignment: Assignment, student: str, **sources: str) -> Path:
    """A submission with the right answer, or with these cells; returns the notebook's path."""
    return submit(assignment.course, student, assignment.name, answer(assignment, **sources))


def answer(assignment: Assignment, **sources: str) -> NotebookNode:
    """The released notebook with the right answer, or with these cells."""
    return tiny.submission(released_notebook(assignment), **sources)


def grade(assignment: Assignment, **settings: Any) -> ClassOutcome:
    """Grade the class."""
    return grade_class(assignment.course, [assignment], **settings)


def marks(course: Course, student: str, assignment: str = "tiny") -> dict[str, Mark]:
    """A student's marks, by cell; empty without a submission."""
    with gradebook(course) as book:
        return {
            found.name: Mark(found.auto_score, found.manual_score, found.extra_credit, found.needs_manual_grade)
            for submission in book.notebook_submissions(assignment, assignment)
            if submission.student.id == student
            for found in submission.grades
        }


def gradebook(course: Course) -> Gradebook:
    """The course's gradebook."""
    with scripts_on_path():
        return Gradebook(f"sqlite:///{course.root / 'gradebook.db'}", "aandacht")


def state(assignment: Assignment, student: str) -> tuple[bytes | None, dict[str, Mark], object]:
    """All that is recorded of a student."""
    path = graded_notebook(assignment.course, student)
    folder = path.read_bytes() if path.exists() else None
    return folder, marks(assignment.course, student), load_report(assignment, student)


def graded_notebook(course: Course, student: str) -> Path:
    """Where a student's graded notebook is to be."""
    return course.root / "autograded" / student / "tiny" / "tiny.ipynb"


def feedback_page(course: Course, student: str) -> Path:
    """Where a student's feedback is to be."""
    return course.root / "feedback" / student / "tiny" / "tiny.html"


def formgrader_page(course: Course, student: str) -> str:
    """The page as formgrader's SubmissionHandler renders it."""
    config = load_config(course)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    resources = {"submission_id": "1", "notebook_id": "tiny", "assignment_id": "tiny", "index": 0, "total": 1}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exporter = HTMLExporter(config=config)  # type: ignore[no-untyped-call]
        page, _ = exporter.from_filename(
            str(graded_notebook(course, student)), resources=resources | {"base_url": "", "notebook_path": ""}
        )
    return str(page)


def stream(text: str, name: str = "stdout") -> NotebookNode:
    """Something printed."""
    return new_output("stream", name=name, text=text)  # type: ignore[no-any-return,no-untyped-call]


def shown(**data: Any) -> NotebookNode:
    """Something displayed: `text_html="…"` is of the kind text/html."""
    kinds = {kind.replace("_", "/", 1).replace("__", "+"): value for kind, value in data.items()}
    return new_output("display_data", data=kinds)  # type: ignore[no-any-return,no-untyped-call]


def number(value: object) -> NotebookNode:
    """A cell's last value."""
    return new_output("execute_result", data={"text/plain": str(value)})  # type: ignore[no-any-return,no-untyped-call]


def nbgrader_command(folder: Path, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a stock nbgrader command in a folder, with nothing of this user's settings."""
    places = {"HOME": home, "JUPYTER_CONFIG_DIR": home / "config", "JUPYTER_DATA_DIR": home / "data"}
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
    environment = os.environ | {name: str(place) for name, place in places.items()} | {"PATH": path}
    environment |= {"JUPYTER_PLATFORM_DIRS": "1", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=110
    )
