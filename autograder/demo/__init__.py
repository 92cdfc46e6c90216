"""A made-up class, graded in a folder of its own: what `autograder demo` shows.

::

    cast.py    who hands in what
    desk.py    writes those notebooks
    stage.py   builds the folder: a course of its own, with its own gradebook
    show.py    the table at the end, and where to look
"""

from __future__ import annotations

import logging
import time
import warnings
from pathlib import Path

from autograder import terminal
from autograder.course import Course
from autograder.demo.cast import CAST
from autograder.demo.desk import Desk
from autograder.demo.show import show_class, show_where_to_look
from autograder.demo.stage import hand_in, set_stage
from autograder.errors import AutograderError
from autograder.nbgrader_adapters.grading import Status, generate_feedback, grade_class, write_report
from autograder.nbgrader_adapters.release import build_release
from autograder.progress import ClassProgress

ASSIGNMENT = "attention"

#: Tighter than in a real course, so that nobody waits half a minute for the endless loop.
LIMITS = {"cell_seconds": 10.0}


def run_demo(course: Course, folder: Path, *, unsafe: bool = False) -> None:
    """Makes a class in `folder`, grades it, writes feedback and the report, and shows what came of it.

    Nothing outside `folder` is written; a demo that was made there before is replaced.

    Raises:
        UsageError: `folder` exists and is no demo.
        CourseError: the course is not complete.
        AutograderError: the grader failed at a submission (it must refuse the two broken files, and grade the rest).
    """
    started = time.monotonic()
    quiet_others()
    assignment = set_stage(course, folder, ASSIGNMENT)
    say(f"Building the release of {ASSIGNMENT}")
    build_release(assignment.course, assignment)
    say(f"Handing in the work of {len(CAST)} made-up students")
    hand_in(assignment, Desk(assignment))
    say("Grading")
    with ClassProgress() as progress:
        outcome = grade_class(assignment.course, [assignment], limits=LIMITS, unsafe=unsafe, on_event=progress.show)
    say("Writing feedback and the report of the class")
    generate_feedback(assignment.course, assignment)
    page, _ = write_report(assignment)
    show_class(outcome)
    show_where_to_look(assignment, page, time.monotonic() - started)
    broken = [each.student for each in outcome.submissions if each.status is Status.FAILED]
    if broken or outcome.stopped:
        raise AutograderError(f"The grader failed where it must not: {', '.join(broken)}. {outcome.stopped}".strip())


def quiet_others() -> None:
    """Keeps nbgrader's log, and its database layer's warnings, off the screen: the table says all that is in them."""
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module="nbgrader")


def say(what: str) -> None:
    """One step of the demo, announced."""
    terminal.out.print(f"[bold]==[/] {what}", highlight=False)
