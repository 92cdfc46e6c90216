"""Submissions in a zip file: `<student>/<assignment>.ipynb`, with or without a folder between, or `<student>.zip`."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.collect import Handed, faulty
from autograder.course import Assignment
from autograder.errors import RejectedSubmission, UsageError
from autograder.intake.files import read_notebook_file
from autograder.nbgrader_adapters.zips import SafeExtractor

_NAME = "class"


def from_archive(assignment: Assignment, path: Path) -> Iterator[Handed]:
    """What a zip file holds for an assignment; whose it is, its topmost folder says.

    Raises:
        UsageError: it is no zip file by its name.
    """
    if path.suffix != ".zip" or not path.is_file():
        raise UsageError("WHERE has to name a zip file.")
    with tempfile.TemporaryDirectory(prefix="collect-") as scratch:
        archives, extracted = Path(scratch) / "archives", Path(scratch) / "extracted"
        archives.mkdir()
        shutil.copyfile(path, archives / f"{_NAME}.zip")
        SafeExtractor(log=logging.getLogger(__name__)).extract(str(archives), str(extracted))
        students = extracted / _NAME
        for folder in sorted(students.iterdir()) if students.is_dir() else []:
            if folder.is_dir():
                yield _read(assignment, folder)


def _read(assignment: Assignment, folder: Path) -> Handed:
    file = f"{assignment.name}.ipynb"
    found = next((path for path in (folder / file, folder / assignment.name / file) if path.is_file()), None)
    try:
        return Handed(folder.name, read_notebook_file(found) if found else None)
    except RejectedSubmission as error:
        return faulty(folder.name, error)
