"""Puts made files into a folder, and says which of those there differ."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from autograder.course import write_whole
from autograder.errors import CourseError


def differing(files: Mapping[Path, bytes], folder: Path) -> list[Path]:
    """The files of `folder` that are missing, that should not be there, or that hold something else."""
    there = {path for path in folder.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts}
    changed = {path for path, data in files.items() if path not in there or path.read_bytes() != data}
    return sorted(changed | (there - set(files)))


def put(files: Mapping[Path, bytes], folder: Path) -> list[Path]:
    """Makes `folder` hold just these files; gives the paths that changed, old pictures that were removed among them.

    Raises:
        CourseError: a file is there that is none of ours to remove.
    """
    changed = differing(files, folder)
    if strange := [path for path in changed if path not in files and path.parent != folder / "figures"]:
        names = ", ".join(map(str, strange))
        raise CourseError(f"{names}: this folder is made from a quiz and holds nothing else; move it elsewhere.")
    for path in changed:
        if path in files:
            write_whole(path, files[path])
            path.chmod(0o644)
        else:
            path.unlink()
    return changed
