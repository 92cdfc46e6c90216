"""The command `autograder`: reads the command line, calls what does the work, shows what came of it.

Exit code 0: every submission got a verdict. 1: some could not be graded. 2: wrong usage.
What needs nbgrader is imported where it is used, so that a worker without it can still `check`.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

from autograder import __version__, terminal
from autograder.ci_commands import ci
from autograder.course import Assignment, Course
from autograder.errors import CourseError, UsageError
from autograder.executors import Pool
from autograder.executors.local import MOST, LocalPool
from autograder.executors.tls import security, tls_options
from autograder.progress import ClassProgress, JsonLines
from autograder.quiz_commands import quiz
from autograder.sandbox.limits import Limits, read_limits
from autograder.speech import speaks_plainly
from autograder.worker_command import worker


def _assignments(names: Sequence[str]) -> list[Assignment]:
    course = Course.find(Path.cwd())
    found = [course.assignment(name) for name in names] or course.assignments
    if not found:
        raise UsageError(f"{course.root} has no assignments: none has a notebook source/NAME/NAME.ipynb.")
    return found


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("--verbose", "-v", is_flag=True, help="Log what happens, on stderr.")
def main(verbose: bool) -> None:
    """Grades the notebooks of Aandacht, and proves that it grades them well.

    Run it anywhere inside a course folder (one with an nbgrader_config.py).
    """
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )


@main.command()
@click.argument("assignments", nargs=-1)
@click.option("--check", is_flag=True, help="Change nothing; fail when release/ is not what source/ would give.")
@speaks_plainly
def release(assignments: tuple[str, ...], check: bool) -> None:
    """Build release/ from source/: nbgrader's own converter, then a gate that no solution passes.

    The students' front page, release/README.md, is written anew as well.
    """
    from autograder.nbgrader_adapters.frontpage import build_front_page, check_front_page
    from autograder.nbgrader_adapters.release import build_release, check_release
    from autograder.nbgrader_adapters.template import check_strays

    found = _assignments(assignments)
    for assignment in found:
        if check:
            check_release(assignment.course, assignment)
            click.echo(f"release/{assignment.name} is up to date.")
        else:
            build_release(assignment.course, assignment)
            click.echo(f"release/{assignment.name} is built.")
    if check:
        check_front_page(found[0].course)
        check_strays(found[0].course)
    else:
        build_front_page(found[0].course)


_device = click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
_unsafe = click.option(
    "--unsafe", is_flag=True, help="Run student code without the lock: only on a machine without secrets."
)
_limits = click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=VALUE",
    help="Change a limit for this run, for example cell_seconds=60; `autograder doctor` lists them.",
)


_workers = click.option(
    "--workers",
    type=click.IntRange(1, MOST),
    help="Submissions at a time; default one for each processor of this machine, at most eight for each.",
)
_scheduler = click.option(
    "--scheduler", metavar="ADDRESS", help="Have the workers of this Dask scheduler grade, for example tcp://host:8786."
)


@main.command()
@click.argument("assignments", nargs=-1)
@click.option("--student", help="Grade this student only.")
@_device
@_workers
@_scheduler
@tls_options
@click.option("--force", is_flag=True, help="Grade again what was graded already (marks given by hand stay).")
@click.option("--prune", is_flag=True, help="Delete stored results at the end; all marks stay.")
@click.option("--json-lines", is_flag=True, help="Print a JSON record for each step instead of a table.")
@_limits
@_unsafe
@speaks_plainly
def grade(
    assignments: tuple[str, ...],
    student: str | None,
    device: str,
    workers: int | None,
    scheduler: str | None,
    force: bool,
    prune: bool,
    json_lines: bool,
    limits: tuple[str, ...],
    unsafe: bool,
    **tls: Path | None,
) -> None:
    """Grade what lies in submitted/ into the gradebook.

    Ctrl-C lets what is being graded be finished, a second one does not; the same command goes on from there.
    """
    from autograder.nbgrader_adapters.grading import grade_class

    found = _assignments(assignments)
    terminal.warn_about_sandbox(unsafe)
    with JsonLines() if json_lines else ClassProgress() as progress:
        outcome = grade_class(
            found[0].course,
            found,
            student=student,
            force=force,
            device=device,
            limits=read_limits(limits),
            unsafe=unsafe,
            on_event=progress.show,
            pool=_pool(workers, scheduler, **tls),
            prune=prune,
        )
    progress.close(outcome) if isinstance(progress, JsonLines) else terminal.show_class(outcome)
    sys.exit(0 if outcome.complete else 1)


def _pool(workers: int | None, scheduler: str | None, **tls: Path | None) -> Callable[[], Pool]:
    """What makes the workers of a run; raises UsageError where the options do not fit together."""
    if scheduler is None:
        if any(tls.values()):
            raise UsageError("--tls-ca, --tls-cert and --tls-key are for a --scheduler.")
        return partial(LocalPool, workers)
    if workers is not None:
        raise UsageError("--workers is for this machine; how many a --scheduler has, its workers say.")
    from autograder.executors.cluster import ClusterPool

    return partial(ClusterPool, scheduler, security(scheduler, tls["tls_ca"], tls["tls_cert"], tls["tls_key"]))


@main.command()
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--assignment", "name", required=True, help="The assignment that the notebook answers.")
@click.option("--student", default="", help="Whose it is: for a quiz, whose numbers differ between students.")
@_device
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@_limits
@_unsafe
@speaks_plainly
def check(
    notebook: Path, name: str, student: str, device: str, as_json: bool, limits: tuple[str, ...], unsafe: bool
) -> None:
    """Grade one notebook file, without a gradebook."""
    from autograder.grade import check_file

    assignment = _assignments([name])[0]
    if not notebook.exists():
        raise UsageError(f"{notebook} does not exist.")
    changed = Limits().changed(read_limits(limits))
    report = check_file(notebook, assignment, device=device, limits=changed, unsafe=unsafe, student=student).report
    if as_json:
        click.echo(json.dumps(report.to_json(), indent=2, ensure_ascii=False))
    else:
        terminal.show_report(report)
    sys.exit(1 if report.needs_person else 0)


@main.command()
@click.argument("assignments", nargs=-1)
@_unsafe
@speaks_plainly
def verify(assignments: tuple[str, ...], unsafe: bool) -> None:
    """Prove the checks: every misconception is caught, every right solution gets full marks.

    Quizzes have proofs of their own: autograder quiz check.
    """
    from autograder.verify import verify as prove

    faulty = 0
    found = _assignments(assignments)
    for quiz_name in [each.name for each in found if each.is_quiz and assignments]:
        click.echo(f"{quiz_name} is a quiz: its proofs are run by `autograder quiz check {quiz_name}`.")
    for assignment in [each for each in found if not each.is_quiz]:
        proofs = terminal.while_proving(assignment.name, partial(prove, assignment, unsafe=unsafe))
        terminal.show_proofs(assignment.name, proofs)
        faulty += sum(bool(proof.faults) for proof in proofs)
    if faulty:
        raise CourseError(f"{faulty} of the proofs failed.")


@main.command()
@click.argument("name")
@speaks_plainly
def new(name: str) -> None:
    """Lay out a new assignment that works: a notebook, checks, one misconception, one alternative."""
    from autograder.scaffold import new_assignment

    course = Course.find(Path.cwd())
    for path in new_assignment(course, name):
        click.echo(f"{path.relative_to(course.root)}")
    click.echo(f"Next: autograder release {name} && autograder verify {name}; then make it your own.")


@main.command()
@click.argument("assignment")
@speaks_plainly
def report(assignment: str) -> None:
    """Write the report of a class, as HTML and JSON, from what was graded."""
    from autograder.nbgrader_adapters.grading import write_report

    page, data = write_report(_assignments([assignment])[0])
    click.echo(f"The report of {assignment}: {page}\nAs data: {data}")


@main.command("rotate-secret")
@speaks_plainly
def rotate_secret() -> None:
    """Draw a new secret for the course: from now on, checks use other inputs."""
    from autograder.nbgrader_adapters import lock

    course = Course.find(Path.cwd())
    with lock.hold(course):  # no run may draw half of its inputs with the old one
        kept = course.rotate_secret()
    click.echo(f"A new secret stands in {course.state / 'secret'}. The old one is kept as {kept}.")


@main.command()
@_device
@speaks_plainly
def doctor(device: str) -> None:
    """Show what this machine offers, what was tried to break out of the lock, and the limits.

    With --device cuda: what grading on a GPU needs; exit code 1 when something of it is missing.
    """
    from autograder.doctor import attempts, examine, examine_gpus

    if device == "cuda":
        findings = examine_gpus()
        terminal.show_findings(findings, "Grading on a GPU")
        sys.exit(0 if all(finding.fine for finding in findings) else 1)
    terminal.show_findings(examine())
    terminal.show_attempts(attempts())
    terminal.show_limits(Limits())


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo"))
@_unsafe
@speaks_plainly
def demo(folder: Path, unsafe: bool) -> None:
    """Grade a made-up class in a folder of its own, and show what an instructor and a student would see."""
    from autograder.demo import run_demo

    run_demo(Course.find(Path.cwd()), folder, unsafe=unsafe)


main.add_command(ci)
main.add_command(quiz)
main.add_command(worker)

if __name__ == "__main__":
    main()
