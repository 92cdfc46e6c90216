"""The commands of `autograder quiz`."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.course import Course, write_whole
from autograder.errors import CourseError
from autograder.speech import speaks_plainly


@click.group()
def quiz() -> None:
    """Check, build and export the quizzes in quizzes/."""


@quiz.command("check")
@click.argument("names", nargs=-1)
@speaks_plainly
def quiz_check(names: tuple[str, ...]) -> None:
    """Read the quizzes strictly, and run every code and every proof in them."""
    from autograder.quiz.prove import prove
    from autograder.quiz.source import chosen, load_quiz

    course = Course.find(Path.cwd())
    faults = []
    for name in chosen(course, names):
        try:
            found = load_quiz(course, name)
            prove(found, name)
        except CourseError as error:
            faults.append(str(error))
        else:
            click.echo(
                f"{name}: {len(found.questions)} questions, {found.about.ask} of them for marks. Nothing is wrong."
            )
    if faults:
        raise CourseError("\n".join(faults))


@quiz.command("build")
@click.argument("names", nargs=-1)
@click.option("--check", is_flag=True, help="Change nothing; fail when a notebook is not what its quiz gives.")
@speaks_plainly
def quiz_build(names: tuple[str, ...], check: bool) -> None:
    """Make the notebooks of the quizzes: to practise (release/practice/), and for marks (source/NAME/).

    What is asked for marks is never in a notebook to practise with. Next: autograder release.
    """
    from autograder.quiz.build import build, stale
    from autograder.quiz.source import chosen

    course, faults = Course.find(Path.cwd()), []
    for name in chosen(course, names):
        changed = [str(path.relative_to(course.root)) for path in (stale if check else build)(course, name)]
        if check and changed:
            again = f"to make it anew: autograder quiz build {name}"
            faults.append(f"{', '.join(changed)}: not what quizzes/{name}.toml gives; {again}.")
        click.echo(
            f"{name}: " + (f"{'differ' if check else 'changed'}: {', '.join(changed)}" if changed else "up to date.")
        )
    if faults:
        raise CourseError("\n".join(faults))


@quiz.command("export")
@click.argument("names", nargs=-1)
@click.option("--to", "form", type=click.Choice(["html", "markdown", "moodle", "qti"]), required=True)
@click.option("--all", "everything", is_flag=True, help="Also the questions that are asked for marks in this course.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("build/quizzes"), show_default=True)
@speaks_plainly
def quiz_export(names: tuple[str, ...], form: str, everything: bool, output: Path) -> None:
    """Carry quizzes to other systems; an export holds the key of every question in it."""
    from autograder.quiz.export import export
    from autograder.quiz.source import chosen, load_quiz

    course = Course.find(Path.cwd())
    for name in chosen(course, names):
        made = export(load_quiz(course, name), form, course.root / "quizzes", everything=everything)
        for path, data in {made.file: made.data, **made.beside}.items():
            write_whole(output / path, data)
            click.echo(f"{output / path} is written.")
        for note in made.notes:
            click.echo(f"  {note}")
