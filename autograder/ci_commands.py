"""The commands of `autograder ci`: what the workflows run on a class.

They take their inputs from the environment (ASSIGNMENT, SOURCE, WHERE, DEVICE), so that neither make nor a shell reads
them, and print counts. Who handed in what, and what came of it, stands in files.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.hush import hushed
from autograder.speech import speaks_plainly

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograder.collect import Handed
    from autograder.nbgrader_adapters.grading import ClassOutcome, FeedbackOutcome

_API = "https://api.github.com"
_COLLECTED = "collected.txt"

_assignment = click.option("--assignment", envvar="ASSIGNMENT", required=True, help="Which one.  [env: ASSIGNMENT]")


@click.group()
def ci() -> None:
    """What the workflows in .github/workflows/ run on a class; prints counts, never who handed in what."""


@ci.command("private")
@speaks_plainly
def ci_private() -> None:
    """Fail unless this repository is private on GitHub, because its artifacts could be read by anyone.

    Reads GITHUB_REPOSITORY and GITHUB_TOKEN, as a workflow has them.
    """
    from autograder.collect.github import Api

    api = Api(os.environ.get("GITHUB_API_URL") or _API, os.environ.get("GITHUB_TOKEN", ""))
    if not api.is_private(os.environ.get("GITHUB_REPOSITORY", "")):
        raise CourseError("This repository is public, and so would be what students handed in: grade in a private one.")
    click.echo("This repository is private.")


@ci.command("collect")
@_assignment
@click.option(
    "--source",
    envvar="SOURCE",
    required=True,
    type=click.Choice(["folder", "archive", "classroom"]),
    help="What WHERE names.  [env: SOURCE]",
)
@click.option("--where", envvar="WHERE", required=True, help="A path, or an organisation.  [env: WHERE]")
@speaks_plainly
def ci_collect(assignment: str, source: str, where: str) -> None:
    """Put submissions into submitted/: from a folder, a zip file, or a GitHub Classroom organisation.

    For the last, CLASSROOM_TOKEN holds a token that may read the contents of its repositories.
    """
    from autograder.collect import store

    found = Course.find(Path.cwd()).assignment(assignment)
    with hushed(found.course.root / "submitted" / _COLLECTED):
        collected = store(found, _handed(found, source, where))
    click.echo(f"{collected}.")
    if not collected.taken:
        raise CourseError("There is nothing to grade.")


def _handed(assignment: Assignment, source: str, where: str) -> Iterable[Handed]:
    from autograder.collect.archive import from_archive
    from autograder.collect.classroom import from_classroom
    from autograder.collect.folder import below, from_folder
    from autograder.collect.github import Api

    token = os.environ.pop("CLASSROOM_TOKEN", "")
    if source == "classroom":
        return from_classroom(assignment, where, Api(os.environ.get("GITHUB_API_URL") or _API, token))
    path = below(assignment.course, where)
    return from_folder(assignment, path) if source == "folder" else from_archive(assignment, path)


@ci.command("grade")
@_assignment
@click.option(
    "--device",
    envvar="DEVICE",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="[env: DEVICE]",
)
@speaks_plainly
def ci_grade(assignment: str, device: str) -> None:
    """Grade what lies in submitted/; report, feedback, gradebook and log go to build/grades/."""
    from autograder.nbgrader_adapters.grading import generate_feedback, grade_class, write_report

    found = Course.find(Path.cwd()).assignment(assignment)
    results = found.course.root / "build" / "grades"
    shutil.rmtree(results, ignore_errors=True)
    with hushed(results / "log.txt"):
        try:
            outcome = grade_class(found.course, [found], device=device)
            click.echo(str(outcome))  # to the log
            feedback = generate_feedback(found.course, found)
            _keep(found, [*write_report(found), *feedback.pages], results)
        finally:
            _keep(found, [], results)  # the gradebook comes back whatever happens
    _show(outcome, feedback)
    sys.exit(0 if outcome.complete and not feedback.failed else 1)


def _keep(assignment: Assignment, pages: Iterable[Path], results: Path) -> None:
    root = assignment.course.root
    for path in [*pages, root / "gradebook.db", root / "submitted" / _COLLECTED]:
        if path.is_file():
            copy = results / path.relative_to(root if path.is_relative_to(root / "feedback") else path.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def _show(outcome: ClassOutcome, feedback: FeedbackOutcome) -> None:
    counted = Counter(str(each.status) for each in outcome.submissions)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(counted.items())) or "nothing to grade"
    click.echo(f"{counts}; {len(outcome.failed)} in need of a person; {len(feedback.pages)} pages of feedback.")
    if outcome.stopped:
        click.echo("It was stopped before its end; the log says why.")
