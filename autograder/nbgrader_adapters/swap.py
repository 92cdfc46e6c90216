"""Puts a finished folder in the place of an old one, so that at any moment one of the two is there.

Linux can exchange two names in one step (renameat2). Where that fails, the old folder is moved aside first; a
crash between the two renames is mended by `recover` at the next start.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
import time
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_ABANDONED = 3600  # seconds: no build takes that long


def swap_in(folder: Path, target: Path) -> None:
    """Put a copy of `folder` in the place of `target`, which may not exist yet."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as aside:
        fresh = Path(aside) / target.name
        shutil.copytree(folder, fresh, copy_function=shutil.copyfile)
        for path in [fresh, *fresh.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        _replace(fresh, target)


def recover(target: Path) -> None:
    """Put back the folder that a crash left aside, and clear away what else it left."""
    old = _aside(target)
    for left in target.parent.glob(f".{target.name}-*"):
        if time.time() - left.stat().st_mtime > _ABANDONED:
            shutil.rmtree(left)
    if old.exists() and not target.exists():
        old.rename(target)
    elif old.exists():
        shutil.rmtree(old)


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")


def _replace(fresh: Path, target: Path) -> None:
    if not target.exists():
        fresh.rename(target)
    elif not _exchange(fresh, target):
        old = _aside(target)
        target.rename(old)
        fresh.rename(target)
        shutil.rmtree(old)


def _exchange(one: Path, other: Path) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    renameat2 = getattr(libc, "renameat2", None)
    if renameat2 is None:
        return False
    done = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return bool(done == 0)
