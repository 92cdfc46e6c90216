"""The grader itself is disturbed: killed at any moment, resubmitted to, run where a layer of the lock is missing.

::

    this process ── starts ─→ grader (`python -m autograder.tests.hostile.restarts <course> <where to stop>`)
                                 └── starts ─→ workers, which import this module anew and stop where they are told, too
                 ←─ "here" ──  one of them is there, and waits
                 ── SIGKILL ─→ grader
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from autograder import exercises, launchers
from autograder.course import Course
from autograder.errors import AutograderError
from autograder.nbgrader_adapters import grading, recorder, workspace
from autograder.nbgrader_adapters.preprocessors import SettleGrades
from autograder.sandbox.kernel import Kernel
from autograder.tests.chain import MIX, SOFTMAX
from autograder.tests.hostile import refusals
from autograder.tests.hostile.case import LIMITS
from autograder.tests.hostile.gradebook import marks, read_gradebook
from autograder.tests.hostile.payload import WRONG, WRONG_MIX
from autograder.tests.hostile.theatre import Scene

_CLASS = ("bea", "cem", "dov")
_PATIENCE = 5.0  # seconds that processes may outlive their grader
#: Where a grader is killed, in the order in which a submission comes by; some of it is done by its workers.
MOMENTS: dict[str, tuple[Any, str]] = {
    "before anything": (grading, "_submissions"),
    "in a cell": (Kernel, "execute"),
    "in the checks": (exercises.Checker, "explore"),
    "before the gradebook": (SettleGrades, "preprocess"),
    "before the folder": (workspace.Workspace, "commit"),
    "before the report": (recorder, "save_report"),
}


def killed_and_started_again(scene: Scene) -> tuple[str, list[str]]:
    """Every submission is graded once, whatever moment the grader is killed at."""
    faults: list[str] = []
    for student in _CLASS:
        scene.hand_in(student, {"playground": f"'{student}'"})
    for moment in MOMENTS:
        faults += _kill_at(scene, moment)
    done, outcomes = _grade_to_the_end(scene)
    faults += [f"the last run ended with {done}"] if done else []
    statuses = {student: outcomes.get(student, {}) for student in _CLASS}
    faults += [f"{who}: {what}" for who, what in statuses.items() if what.get("score") != 6.0]
    faults += [f"{who}: {marks(scene.root / 'gradebook.db', who)}" for who in _CLASS if not _recorded_once(scene, who)]
    faults += _left_in(scene)
    again = _grade_to_the_end(scene)[1]
    faults += [f"{who} was graded twice" for who in _CLASS if again[who]["status"] != "unchanged"]
    return (
        f"{len(MOMENTS)} kills, then {len(_CLASS)} of {len(_CLASS)} graded" if not faults else "lost or twice",
        faults,
    )


def _kill_at(scene: Scene, moment: str) -> Iterator[str]:
    grader = _start(scene, moment)
    assert grader.stdout is not None
    line = grader.stdout.readline()
    try:
        family = psutil.Process(grader.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    grader.send_signal(signal.SIGKILL)
    grader.communicate()
    if line.strip() != "here":
        yield f"{moment}: never reached ({line.strip()!r})"
    _, alive = psutil.wait_procs(family, timeout=_PATIENCE)
    for process in alive:
        yield f"{moment}: outlived its grader: {_words(process)}"
        with suppress(psutil.Error):
            process.kill()


def _words(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return f"{process.pid} {' '.join(process.cmdline())[:80]}"
    return str(process.pid)


def _start(scene: Scene, moment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "autograder.tests.hostile.restarts", str(scene.root), moment]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def _grade_to_the_end(scene: Scene) -> tuple[int, dict[str, Any]]:
    grader = _start(scene, "")
    said, _ = grader.communicate(timeout=200)
    return grader.returncode, json.loads(said.splitlines()[-1]) if said else {}


def _recorded_once(scene: Scene, student: str) -> bool:
    rows = read_gradebook(scene.root / "gradebook.db")
    handed_in = [row for row in rows["submitted_assignment"] if student in row]
    folder = scene.root / "autograded" / student / "chain" / "chain.ipynb"
    recorded = marks(scene.root / "gradebook.db", student) == {"softmax": 4.0, "mix": 2.0}
    return len(handed_in) == 1 and recorded and f"'{student}'" in folder.read_text()


def _left_in(scene: Scene) -> list[str]:
    work = scene.root / ".autograder" / "work"
    found = [*work.iterdir(), *scene.theatre.temporary.iterdir()]
    return [f"left behind: {path}" for path in found]


def resubmitted_meanwhile(scene: Scene) -> tuple[str, list[str]]:
    """What is graded is the old submission or the new one, in every part of the record."""
    old = {"softmax-code": SOFTMAX, "mix-code": WRONG_MIX, "playground": "'old'"}
    new = {"softmax-code": WRONG, "mix-code": MIX, "playground": "'new'"}
    expected = {"old": {"softmax": 4.0, "mix": 0.0}, "new": {"softmax": 0.0, "mix": 2.0}}
    scene.hand_in("eve", old)
    with _resubmitting(scene, old, new):
        grading.grade_class(scene.course, [scene.assignment], limits=LIMITS)
    text = (scene.root / "autograded" / "eve" / "chain" / "chain.ipynb").read_text()
    which = [name for name in ("old", "new") if f"'{name}'" in text]
    recorded = marks(scene.root / "gradebook.db", "eve")
    faults = [] if len(which) == 1 and recorded == expected[which[0]] else [f"{which} with {recorded}"]
    scene.hand_in("eve", new)
    grading.grade_class(scene.course, [scene.assignment], limits=LIMITS)
    last = marks(scene.root / "gradebook.db", "eve")
    return f"the {' and the '.join(which)} one", faults + ([f"afterwards {last}"] if last != expected["new"] else [])


@contextmanager
def _resubmitting(scene: Scene, *versions: dict[str, str]) -> Iterator[None]:
    """Puts one version after the other in the place of the submission, without a pause."""
    over, paths = threading.Event(), []
    for number, version in enumerate(versions):
        paths.append(scene.hand_in(f"eve-{number}", version))
    data = [path.read_bytes() for path in paths]
    for path in paths:
        path.unlink()
        path.parent.rmdir()
        path.parent.parent.rmdir()

    def resubmit() -> None:
        while not over.is_set():
            for each in data:
                draft = scene.theatre.folder / "draft"
                draft.write_bytes(each)
                draft.replace(scene.place / "chain.ipynb")
                time.sleep(0.003)

    thread = threading.Thread(target=resubmit)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def a_layer_is_missing(scene: Scene) -> tuple[str, list[str]]:
    """Where the system refuses what the lock is made of, nothing is graded, and it is said why and what to do."""
    faults: list[str] = []
    said = ""
    scene.hand_in("eve", {})
    for call in refusals.CALLS:
        grader = _start(scene, f"without {call}")
        told, _ = grader.communicate(timeout=100)
        said = told.splitlines()[-1] if told else ""
        words = [word for word in ("namespaces", "mounts", "seccomp") if word in said]
        if not words or "--unsafe" not in said:
            faults.append(f"without {call}: {said[:200]!r}")
        if marks(scene.root / "gradebook.db", "eve") or (scene.root / "autograded" / "eve").exists():
            faults.append(f"without {call}: graded all the same")
    return f"refused: {said[:120]}", faults


# What runs in the grader's process


def main(root: Path, moment: str) -> None:
    """Grades the course; waits at the moment, or goes on without a layer, or tells how it ended."""
    warnings.simplefilter("ignore")
    if moment.startswith("without "):
        refusals.refuse(moment.removeprefix("without "))
    _stop_at(moment)
    course = Course(root)
    try:
        outcome = grading.grade_class(course, [course.assignment("chain")], limits=LIMITS)
        told = json.dumps({each.student: _facts(each) for each in outcome.submissions})
    except AutograderError as error:
        told = str(error)
    sys.stdout.write(told + "\n")
    launchers.close()


def _facts(each: grading.SubmissionOutcome) -> dict[str, Any]:
    return {"status": each.status, "score": each.report and each.report.score, "why": each.sentences}


def _stop_at(moment: str) -> None:
    """Has the call of a function (the first of a submission that is not graded yet) tell us and wait."""
    if moment not in MOMENTS:
        return
    place, name = MOMENTS[moment]
    function: Callable[..., Any] = getattr(place, name)

    def waiting(*args: Any, **kwargs: Any) -> Any:
        sys.stdout.write("here\n")
        sys.stdout.flush()
        time.sleep(0.2 if function.__name__ in ("execute", "explore") else 60)
        return function(*args, **kwargs)

    setattr(place, name, waiting)


if __name__ == "__mp_main__":  # in a worker, which has the grader's arguments and its standard output
    _stop_at(sys.argv[2])

if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main(Path(sys.argv[1]), sys.argv[2])
