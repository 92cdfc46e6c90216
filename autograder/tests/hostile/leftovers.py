"""What a case has left on the machine: processes, files, shared memory.

Hostile code puts the mark into the name or the content of all that it writes, and into the names of its processes;
so what is found is its own, however many others work on this machine.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

import autograder
from autograder.tests.hostile.theatre import HOSTILE, NEIGHBOUR, Scene

_PATIENCE = 3.0  # seconds that what was ended may take to be gone
_BROWSER = "node"  #: playwright's own program, of which Chromium is a child, and which has children as it likes
_MOST_READ = 2**20
_KEYS = range(4711, 4811)
#: What grading itself may write into the course.
_OURS = (
    "gradebook.db",
    ".autograder/lock",
    *(f".autograder/reports/chain/{student}.json" for student in (HOSTILE, NEIGHBOUR)),
    *(f"{step}/{student}/" for step in ("autograded", "feedback") for student in (HOSTILE, NEIGHBOUR)),
)
_STORED = re.compile(r"\.autograder/results(/[0-9a-f]{2}(/[0-9a-f]{64})?)?")  # results by content, and no other file


@dataclass(frozen=True)
class Before:
    """How things were before a case."""

    started: float
    processes: frozenset[int]
    course: dict[str, str]
    shared_memory: frozenset[str]


def look(scene: Scene) -> Before:
    """How things are now."""
    return Before(time.time(), frozenset(_family()), _files(scene.root), _shared_memory())


def leftovers(scene: Scene, before: Before, course: bool = True) -> list[str]:
    """What is there that was not, one line each; with `course`, also in the course's folder."""
    return [
        *_processes(scene, before),
        *(_changes(scene, before) if course else ()),
        *(f"left in the temporary folder: {name}" for name in _temporary(scene)),
        *(f"left on this machine: {path}" for path in _marked_files(scene, before.started)),
        *(f"left in shared memory: {segment}" for segment in _shared_memory() - before.shared_memory),
    ]


def _family() -> dict[int, int]:
    """This process's descendants: how far down each stands; not those of a browser that another test has open."""
    found: dict[int, int] = {}
    waiting = [(psutil.Process(), 0)]
    while waiting:
        parent, depth = waiting.pop()
        with suppress(psutil.Error):
            for child in parent.children():
                if child.status() != psutil.STATUS_ZOMBIE:
                    found[child.pid] = depth + 1
                    if depth or not child.name().startswith(_BROWSER):
                        waiting.append((child, depth + 1))
    return found


def _processes(scene: Scene, before: Before) -> list[str]:
    """Marked processes, and new ones below our own helpers (a helper itself may have been started anew)."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        below = [pid for pid, depth in _family().items() if depth > 1 and pid not in before.processes]
        found = [*(f"left below the grader: {_words(pid)}" for pid in below), *_marked_processes(scene.theatre.mark)]
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def _marked_processes(mark: str) -> Iterator[str]:
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.status() != psutil.STATUS_ZOMBIE and process.pid != os.getpid():
                told = process.name() + " ".join(process.cmdline())
                if mark in told:
                    yield f"left running: {_words(process.pid)}"


def _words(pid: int) -> str:
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return f"{pid} {process.name()} {' '.join(process.cmdline())[:100]}"
    return str(pid)


def _files(root: Path) -> dict[str, str]:
    """Every file, link and folder below a folder, with a hash of what it holds."""
    found: dict[str, str] = {}
    for folder, folders, names in os.walk(root):
        for name in [*folders, *names]:
            path = Path(folder, name)
            with suppress(OSError):
                found[path.relative_to(root).as_posix()] = _content(path)
    return found


def _content(path: Path) -> str:
    mode = path.lstat().st_mode
    if stat.S_ISREG(mode) and path.stat().st_size < 2**26:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return str(stat.S_IFMT(mode))


def _changes(scene: Scene, before: Before) -> list[str]:
    after = _files(scene.root)
    changed = [name for name in before.course | after if before.course.get(name) != after.get(name)]
    return [f"changed in the course: {name}" for name in sorted(changed) if not _is_ours(name)]


def _is_ours(name: str) -> bool:
    if _STORED.fullmatch(name):
        return True
    return any(f"{name}/".startswith(f"{ours.rstrip('/')}/") or ours.startswith(f"{name}/") for ours in _OURS)


def _temporary(scene: Scene) -> list[str]:
    """What lies in the grader's temporary folder."""
    return sorted(path.name for path in scene.theatre.temporary.iterdir())


def _marked_files(scene: Scene, since: float) -> Iterator[Path]:
    for root, depth in _places(scene):
        yield from _search(root, scene.theatre.mark, since, depth)


def _places(scene: Scene) -> list[tuple[Path, int]]:
    """Where student code might write, and how deep to look."""
    home = Path.home()
    caches = [home / name for name in (".cache", ".config", ".ipython", ".jupyter", ".local/share/jupyter", ".triton")]
    shallow = [*map(Path, ("/dev/shm", "/dev/mqueue", "/var/tmp", "/tmp", "/run")), home, Path.cwd()]
    libraries = [Path(sysconfig.get_path("purelib")), Path(autograder.__file__).parent, Path(tempfile.gettempdir())]
    return [(path, 1) for path in shallow] + [(path, 9) for path in [*caches, *libraries]]


def _search(folder: Path, mark: str, since: float, depth: int) -> Iterator[Path]:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    if depth > 1:
                        yield from _search(Path(entry), mark, since, depth - 1)
                elif mark in entry.name or _is_marked(entry, mark, since):
                    yield Path(entry)


def _is_marked(entry: os.DirEntry[str], mark: str, since: float) -> bool:
    status = entry.stat(follow_symlinks=False)
    if status.st_ctime < since - 1 or not stat.S_ISREG(status.st_mode):
        return False
    with Path(entry).open("rb") as file:
        return mark.encode() in file.read(_MOST_READ)


def _shared_memory() -> frozenset[str]:
    """System V segments with the keys that cases use, by key and id."""
    with suppress(OSError):
        lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
        found = (line.split()[:2] for line in lines)
        return frozenset(f"segment {key}, {number}" for key, number in found if int(key) in _KEYS)
    return frozenset()
