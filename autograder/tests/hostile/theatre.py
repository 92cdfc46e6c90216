"""A course that is made once and copied for each case, what there is to steal in it, and who listens.

::

    <folder>/t/            the grader's temporary folder
             secret.txt    a secret outside the course
             line          a unix socket of somebody else's
             prepared/     the course as it was made
             course/       the course of the case at hand, in which anna is graded already; eve is hostile, zoe is not
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import sysconfig
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

import autograder
from autograder.checks.draw import Draw, derive
from autograder.course import Assignment, Course
from autograder.errors import AutograderError
from autograder.intake import released_notebook
from autograder.launchers import close
from autograder.nbgrader_adapters.grading import Status, grade_class
from autograder.nbgrader_adapters.release import build_release
from autograder.tests import chain
from autograder.tests.hostile.case import LIMITS
from autograder.tests.notebooks import answered, as_bytes, make_course

HOSTILE, NEIGHBOUR, BYSTANDER = "eve", "zoe", "anna"
CONFIG = Path(autograder.__file__).parents[1] / "nbgrader_config.py"
_CANARY = "CANARY-"  #: followed by 32 hexadecimal digits, wherever there is something to steal
_VARIABLE = "AANDACHT_HOSTILE_CANARY"


class Theatre:
    """All that the cases share; a context manager.

    Args:
        unsafe: without a lock around student code, to see what the cases find then.

    Attributes:
        mark: stands in all that hostile code leaves behind, so that it is found.
        canary: stands in all that it must not see.
        level: the lock's level, as the report on an honest submission says.
    """

    def __init__(self, unsafe: bool = False) -> None:
        self.unsafe = unsafe

    def __enter__(self) -> Theatre:
        self.mark, self.canary = f"hx{secrets.token_hex(4)}", _CANARY + secrets.token_hex(16)
        self.folder = Path(tempfile.mkdtemp(prefix="h-"))
        self._environment = {name: os.environ.get(name) for name in ("TMPDIR", _VARIABLE)}
        self.temporary = self.folder / "t"
        self.temporary.mkdir()
        (self.folder / "secret.txt").write_text(self.canary)
        os.environ.update({"TMPDIR": str(self.temporary), _VARIABLE: self.canary})
        self._tempdir, tempfile.tempdir = tempfile.tempdir, str(self.temporary)
        self._listen()
        self.level = self._prepare()
        return self

    def __exit__(self, *_: object) -> None:
        close()
        for line in self.lines.values():
            line.close()
        tempfile.tempdir = self._tempdir
        for name, value in self._environment.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
        shutil.rmtree(self.folder, ignore_errors=True)

    def scene(self) -> Scene:
        """A fresh copy of the course, always in the same place: what was kept warm for it serves all cases."""
        root = self.folder / "course"
        empty(root)
        empty(self.temporary)  # an earlier case was told of what is in there
        shutil.copytree(self.folder / "prepared", root, symlinks=True, dirs_exist_ok=True)
        return Scene(self, root)

    def _prepare(self) -> str:
        """Makes the course and grades the bystander, which also warms the judge; returns the lock's level."""
        root = self.folder / "prepared"
        course = make_course(root, {"chain": self._instructor()})
        shutil.copytree(chain.COURSE / "autograder", root / "autograder")
        for path in (root / "autograder").rglob("*.py"):
            path.write_text(f"{path.read_text()}\n# {self.canary}\n")
        shutil.copyfile(CONFIG, root / "nbgrader_config.py")
        (course.state / "secret").write_text(secrets.token_hex(32))
        build_release(course, course.assignment("chain"))
        scene = Scene(self, root)
        scene.hand_in(BYSTANDER, {"playground": f"pass  # {self.canary}"})
        outcome = grade_class(course, [scene.assignment], limits=LIMITS, unsafe=self.unsafe)
        report = outcome.submissions[0].report
        if report is None or report.score != 6.0:
            raise AutograderError(f"An honest submission was not graded as it should be: {outcome}")
        return report.sandbox

    def _instructor(self) -> NotebookNode:
        notebook = chain.instructor()
        for cell in notebook.cells:
            cell.source = cell.source.replace("### BEGIN SOLUTION", f"### BEGIN SOLUTION\n    # {self.canary}")
        return notebook

    def _listen(self) -> None:
        """Somebody else's sockets, which nobody may reach."""
        inet, local = socket.AF_INET, socket.AF_UNIX
        addresses: dict[str, tuple[int, Any]] = {
            "tcp": (inet, ("127.0.0.1", 0)),
            "abstract": (local, f"\0{self.mark}"),
            "path": (local, f"{self.folder}/line"),
        }
        self.lines = {}
        for name, (family, address) in addresses.items():
            line = self.lines[name] = socket.socket(family, socket.SOCK_STREAM)
            line.bind(address)
            line.listen()
            line.setblocking(False)

    def heard(self) -> list[str]:
        """On which of them somebody called since the last time."""
        found = []
        for name, line in self.lines.items():
            with suppress(BlockingIOError):
                line.accept()[0].close()
                found.append(name)
        return found


@dataclass(frozen=True)
class Scene:
    """The course of one case."""

    theatre: Theatre
    root: Path

    @property
    def course(self) -> Course:
        """The course."""
        return Course(self.root)

    @cached_property
    def assignment(self) -> Assignment:
        """The assignment that is handed in."""
        return self.course.assignment("chain")

    @property
    def place(self) -> Path:
        """The folder of the hostile submission."""
        return self.submission_of(HOSTILE)

    def submission_of(self, student: str) -> Path:
        """The folder of a submission."""
        return self.root / "submitted" / student / "chain"

    def fill(self, text: str) -> str:
        """The text with the places of this machine in it."""
        places = {
            "ROOT": self.root,
            "FOLDER": self.theatre.folder,
            "TMP": self.theatre.temporary,
            "REPO": Path(autograder.__file__).parent,
            "SITE": sysconfig.get_path("purelib"),
            "PID": os.getpid(),
            "PIDNS": os.readlink("/proc/self/ns/pid"),  # noqa: PTH115 - it is no path
            "PORT": self.theatre.lines["tcp"].getsockname()[1],
            "MARK": self.theatre.mark,
        }
        for name, place in places.items():
            text = text.replace(f"@{name}@", str(place))
        return text

    def solved(self, cells: Mapping[str, str]) -> NotebookNode:
        """The released notebook with right answers, but for these cells."""
        right = {"softmax-code": chain.SOFTMAX, "mix-code": chain.MIX}
        texts = {name.replace("-", "_"): self.fill(text) for name, text in (right | dict(cells)).items()}
        return answered(released_notebook(self.assignment), **texts)

    def hand_in(self, student: str, cells: Mapping[str, str] | NotebookNode) -> Path:
        """Hands in a notebook, or the right one but for some cells; returns its path."""
        notebook = cells if isinstance(cells, NotebookNode) else self.solved(cells)
        path = self.submission_of(student) / "chain.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_bytes(notebook))
        return path

    def secrets(self) -> list[str]:
        """Texts that no student may see: what there is to steal, and the inputs that the checks draw."""
        key = derive(self.course.secret, self.assignment.version)
        inputs = [
            number
            for exercise, check, shapes, scale in _DRAWN
            for shape, draw in ((shape, draw) for draw in [Draw(derive(key, exercise, check))] for shape in shapes)
            for number in draw.normal(*shape, scale=scale).flatten().tolist()
        ]
        return [self.theatre.canary, self.course.secret.hex(), *(f"{abs(number):.9f}"[:8] for number in inputs)]


#: What the checks of the course draw, in order: exercise, check, shapes, scale.
_DRAWN = (
    ("softmax", "test_values", [(2, 3, 5)], 1.0),
    ("softmax", "test_large", [(3, 4)], 1000.0),
    ("softmax", "test_unchanged", [(3, 4)], 1.0),
    ("mix", "test_values", [(4,), (4, 3)], 1.0),
)


def remove(folder: Path) -> None:
    """Removes a folder, also where nbgrader left folders that nobody may write to."""
    if folder.exists():
        for path in [folder, *(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())]:
            path.chmod(0o700)
        shutil.rmtree(folder)


def empty(folder: Path) -> None:
    """Removes all that is in a folder, but not the folder, which may be some process's working folder."""
    for path in folder.iterdir() if folder.exists() else ():
        if path.is_dir() and not path.is_symlink():
            remove(path)
        else:
            path.unlink()


def graded(status: Status) -> bool:
    """Whether a submission has a verdict."""
    return status in (Status.GRADED, Status.SKIPPED)
