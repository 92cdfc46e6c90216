"""Who gets in: each submission that nbgrader found is taken in, left aside as already graded, or refused.

This stands before nbgrader opens a single file of a submission.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from autograder import intake
from autograder.course import Assignment, Course
from autograder.errors import CourseError, RejectedSubmission
from autograder.intake.files import RawSubmission, Roster
from autograder.model import Report, Verdict
from autograder.nbgrader_adapters.gradebook import recorded_students
from autograder.nbgrader_adapters.reports import load_report
from autograder.nbgrader_adapters.task import Task, digest_of
from autograder.nbgrader_adapters.workspace import Workspace, read_receipt


@dataclass
class Admission:
    """What became of the submissions that nbgrader found.

    Attributes:
        staged: the clean copies that are to be graded, and what each is.
        skipped: those that an earlier run has graded as they are.
        refused: for the others, by student, the sentences that say why.
    """

    staged: dict[Path, Task] = field(default_factory=dict)
    skipped: list[Task] = field(default_factory=list)
    refused: dict[str, tuple[str, ...]] = field(default_factory=dict)


def admit(converter: Autograde, course: Course, workspace: Workspace) -> Admission:
    """Take in what nbgrader is about to grade.

    Args:
        converter: nbgrader's, after it has looked for submissions.

    Raises:
        UsageError, CourseError: there is no such assignment, it has no release, or the course's folders are not
            laid out as nbgrader's default has it.
    """
    _check_layout(converter.coursedir)
    admission, gpu = Admission(), _has_gpu(converter)
    roster, recorded = intake.find_students(_submitted(course)), recorded_students(converter.coursedir)
    for folder in sorted(converter.assignments):
        student, name = Path(folder).parts[-2:]
        try:
            raw, task = _take_in(course.assignment(name), student, roster)
        except RejectedSubmission as error:
            admission.refused[student] = error.faults
            continue
        known = not converter.force and (name, student) in recorded
        report = earlier_report(task) if known else None
        if has_settled(task, report, gpu=gpu):
            admission.skipped.append(task)
        else:
            task = replace(task, earlier=report if gpu else None)
            admission.staged[workspace.stage(raw, read_receipt(_submitted(course) / student / name))] = task
    return admission


def _take_in(assignment: Assignment, student: str, roster: Roster) -> tuple[RawSubmission, Task]:
    raw = intake.read_submission(_submitted(assignment.course), student, assignment.name, roster=roster)
    notices = raw.notices + intake.accept(raw.notebook, assignment).notices
    return raw, Task(assignment, student, digest_of(raw), notices)


def _submitted(course: Course) -> Path:
    return course.root / "submitted"


def graded_folder(task: Task) -> Path:
    """Where a student's graded notebook stands."""
    return task.assignment.course.root / "autograded" / task.student / task.assignment.name


def has_settled(task: Task, report: Report | None, *, gpu: bool) -> bool:
    """Whether an earlier run graded this very submission with this very version of the checks, to the end.

    nbgrader would ask only whether the graded folder exists, which it also does after a kill half-way.

    Args:
        task: the submission.
        report: what `earlier_report` says of it.
        gpu: whether there is a GPU now, for what waits for one.
    """
    if report is None or not (graded_folder(task) / f"{task.assignment.name}.ipynb").is_file():
        return False
    unfinished = {Verdict.ERROR, Verdict.PENDING} if gpu else {Verdict.ERROR}
    return all(exercise.state not in unfinished for exercise in report.exercises)


def earlier_report(task: Task) -> Report | None:
    """The report of an earlier run on this very submission, with this very version of the checks."""
    saved = load_report(task.assignment, task.student)
    same = saved is not None and (saved.digest, saved.report.version) == (task.digest, task.assignment.version)
    return saved.report if saved and same else None


def _has_gpu(converter: Autograde) -> bool:
    """Whether this run grades on a GPU."""
    from autograder.grade import resolve_device  # brings torch along

    return resolve_device(converter.config.Execute.get("device", "auto")) == "cuda"


def _check_layout(coursedir: CourseDirectory) -> None:
    names = (coursedir.submitted_directory, coursedir.autograded_directory, coursedir.directory_structure)
    if names != ("submitted", "autograded", "{nbgrader_step}/{student_id}/{assignment_id}"):
        raise CourseError("Leave CourseDirectory's folder names as nbgrader has them; the autograder relies on them.")


def private_copy(coursedir: CourseDirectory, workspace: Workspace) -> CourseDirectory:
    """A course directory that is the same but for its submitted and graded folders, which are the workspace's.

    A copy, because formgrader has one object that all its converters share.
    """
    settings = {name: getattr(coursedir, name) for name in coursedir.trait_names(config=True)}
    settings |= {f"{name}_directory": workspace.step(name) for name in ("submitted", "autograded")}
    return CourseDirectory(parent=coursedir.parent, **settings)
