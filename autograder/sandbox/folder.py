"""Temporary folders of the grader's, which go away even when the grader was killed: the next one sweeps them up."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "aandacht-"
_LOCK = "lock"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A fresh folder, closed to others (0700); it is removed at the end, and by the next run where there was none."""
    _sweep(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    held = os.open(folder / "new", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        (folder / "new").rename(folder / _LOCK)  # nobody ever sees a lock that is not held
        yield folder
    finally:
        remove(folder)
        os.close(held)


def _sweep(place: Path) -> None:
    """Removes folders whose makers are gone: nobody holds their lock any more."""
    for lock in place.glob(f"{_PREFIX}*/{_LOCK}"):
        if lock.parent.is_symlink():
            continue  # whoever may write here could point anywhere
        try:
            held = os.open(lock, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue  # another user's, or just removed
        try:
            if os.fstat(held).st_uid == os.getuid():
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(lock.parent)
        except BlockingIOError:
            continue  # in use
        finally:
            os.close(held)


def remove(folder: Path) -> None:
    """Removes a folder with all that is in it, whatever rights were set there; what is gone is gone."""
    shutil.rmtree(folder, onerror=lambda _, path, __: _open_and_try_again(Path(path), folder))


def _open_and_try_again(path: Path, folder: Path) -> None:
    """Student code without a lock may leave folders that nobody may enter."""
    try:
        if path != folder:  # above it nothing is ours
            path.parent.chmod(0o700)
        if not path.is_symlink():  # nor is what a link leads to
            path.chmod(0o700)
        shutil.rmtree(path, ignore_errors=True)
    except OSError:
        return
