"""From the bytes that a student handed in to a notebook that is safe to work with.

::

    bytes ── measure (size of the tree, nesting: before any parser sees it)
          ── JSON
          ── reduce  (keep what grading reads: cells' type, text, id, nbgrader settings, tags, pictures)
          ── check   (every fault of the rest is one sentence; then nbformat's own schema)
          ── identify (is it a notebook of this assignment, and of which release?)

Outputs go before anything is checked: they are cleared anyway, and tools other than Jupyter write them
in odd ways that should cost nobody a grade. The same goes for settings that the release overrides. Of the rest only
what is known by name is taken along: two million empty dicts in some odd place take gigabytes once they are copied.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

from autograder.errors import RejectedSubmission
from autograder.intake.attachments import keep_pictures
from autograder.intake.files import printable

MAX_CELLS = 2_000
MAX_DEPTH = 100
MAX_VALUES = 2_000_000
_MAX_FAULTS = 5
_MAX_TAGS = 100

_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{},]', re.DOTALL)
_CELL_TYPES = ("code", "markdown", "raw")
_SETTINGS = ("grade_id", "grade", "solution", "locked", "task", "points", "cell_type", "checksum", "schema_version")
_PLAIN = (str, int, float)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A submitted notebook, reduced to what grading reads, and what its author should know about it."""

    notebook: NotebookNode
    notices: tuple[str, ...] = ()


def parse(data: bytes) -> Parsed:
    """Read a submitted notebook.

    Raises:
        RejectedSubmission: with every fault that could be seen, one sentence each.
    """
    document = _document(data)
    faults = _faults(document)
    if faults:
        raise RejectedSubmission(*_shortened(faults))
    notebook, mended = _reduce(document)
    _validate(notebook)
    notice = "Some characters were broken (halves of a pair) and were replaced by “\N{REPLACEMENT CHARACTER}”."
    return Parsed(notebook, (notice,) if mended else ())


def _document(data: bytes) -> dict[str, Any]:
    if not data.strip():
        raise RejectedSubmission("The notebook is an empty file.")
    _measure(data)
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise RejectedSubmission("The notebook is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise RejectedSubmission(f"The notebook is not valid JSON ({where}).") from None
    except ValueError:
        raise RejectedSubmission("The notebook is not valid JSON (a number in it is too long).") from None
    if not isinstance(document, dict):
        raise RejectedSubmission("The file is JSON, but not a notebook.")
    return document


def _measure(data: bytes) -> None:
    """Refuse what would exhaust a parser, by a scan that itself needs no more memory than one token."""
    depth = values = 0
    for token in _TOKENS.finditer(data):
        first = data[token.start()]
        depth += (first in b"[{") - (first in b"]}")
        values += first in b"[{,"
        if depth > MAX_DEPTH:
            raise RejectedSubmission(f"The notebook is nested more than {MAX_DEPTH} levels deep.")
        if values > MAX_VALUES:
            raise RejectedSubmission(f"The notebook holds more than {MAX_VALUES:,} values.")


def _faults(document: dict[str, Any]) -> list[str]:
    cells = document.get("cells")
    major, minor = document.get("nbformat"), document.get("nbformat_minor")
    if "nbformat" not in document and not isinstance(cells, list):
        return ["The file is JSON, but not a notebook."]
    faults = _version_faults(major, minor)
    if major == 4 or isinstance(cells, list):
        faults += _cell_list_faults(cells)
    return faults


def _version_faults(major: object, minor: object) -> list[str]:
    if type(major) is not int or type(minor) is not int:
        return ["The notebook does not say which notebook format it is written in (nbformat, nbformat_minor)."]
    if major != 4 or not 0 <= minor <= nbformat.current_nbformat_minor:
        return [
            f"The notebook is written in format {major}.{minor}; formats 4.0 to 4.{nbformat.current_nbformat_minor} "
            "can be graded: open it in a current JupyterLab and save it."
        ]
    return []


def _cell_list_faults(cells: object) -> list[str]:
    if not isinstance(cells, list):
        return ["The notebook has no list of cells."]
    if len(cells) > MAX_CELLS:
        return [f"The notebook has {len(cells):,} cells; at most {MAX_CELLS:,} are graded."]
    return [fault for number, cell in enumerate(cells, start=1) for fault in _cell_faults(number, cell)]


def _cell_faults(number: int, cell: object) -> list[str]:
    if not isinstance(cell, dict):
        return [f"Cell {number} is not a cell at all."]
    faults = []
    if cell.get("cell_type") not in _CELL_TYPES:
        kind = printable(str(cell.get("cell_type")), 20)
        faults.append(f"Cell {number} is of the unknown kind “{kind}”; known are {', '.join(_CELL_TYPES)}.")
    if not _is_text(cell.get("source")):
        faults.append(f"Cell {number} has no text (its source is missing or not a string).")
    return faults


def _is_text(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value))


def _shortened(faults: list[str]) -> list[str]:
    if len(faults) <= _MAX_FAULTS:
        return faults
    return [*faults[:_MAX_FAULTS], f"And {len(faults) - _MAX_FAULTS} faults more."]


def _reduce(document: dict[str, Any]) -> tuple[NotebookNode, bool]:
    kept = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": _notebook_metadata(document.get("metadata")),
        "cells": [_reduce_cell(number, cell) for number, cell in enumerate(document["cells"], start=1)],
    }
    mended = _mend_text(kept)
    return nbformat.from_dict(mended), mended != kept  # type: ignore[no-untyped-call]


def _notebook_metadata(metadata: object) -> dict[str, Any]:
    """The release's mark and the kernel's name, where they have the expected shape."""
    kept: dict[str, Any] = {}
    if mark := _sub(metadata, "aandacht"):
        kept["aandacht"] = {key: mark[key] for key in ("assignment", "release") if isinstance(mark.get(key), str)}
    name = _sub(metadata, "kernelspec").get("name")
    if isinstance(name, str) and name:
        kept["kernelspec"] = {"name": name, "display_name": name}
    return kept


def _sub(value: object, key: str) -> dict[str, Any]:
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def _reduce_cell(number: int, cell: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "cell_type": cell["cell_type"],
        "id": f"cell-{number}",
        "metadata": _cell_metadata(cell),
        "source": cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"]),
    }
    if cell["cell_type"] == "code":
        kept |= {"outputs": [], "execution_count": None}
    pictures, lost = keep_pictures(_sub(cell, "attachments"))
    if pictures:
        kept["attachments"] = pictures
    if lost:
        kept["metadata"]["lost_pictures"] = True
    return kept


def _cell_metadata(cell: dict[str, Any]) -> dict[str, Any]:
    """What the sanitiser compares with the release; `id` moves here, because a submission may repeat one."""
    metadata = cell.get("metadata")
    kept: dict[str, Any] = {}
    if settings := _sub(metadata, "nbgrader"):
        kept["nbgrader"] = {key: settings[key] for key in _SETTINGS if isinstance(settings.get(key), _PLAIN)}
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    if isinstance(tags, list) and (named := [tag for tag in tags if isinstance(tag, str) and tag]):
        kept["tags"] = list(dict.fromkeys(named[:_MAX_TAGS]))
    if isinstance(cell.get("id"), str):
        kept["submitted_id"] = cell["id"]
    return kept


def _mend_text(value: Any) -> Any:
    """Replace lone halves of surrogate pairs, which JSON can spell and no file can hold, and NUL, which is no text."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_mend_text(item) for item in value]
    if isinstance(value, dict):
        return {_mend_text(key): _mend_text(item) for key, item in value.items()}
    return value


def _validate(notebook: NotebookNode) -> None:
    try:
        nbformat.validate(_without_pictures(notebook), relax_add_props=True)
    except nbformat.ValidationError as error:
        reason = printable(str(error).splitlines()[0], 200)
        raise RejectedSubmission(f"The notebook breaks Jupyter's notebook format ({reason}).") from None


def _without_pictures(notebook: NotebookNode) -> NotebookNode:
    """Pictures were judged one by one already, and tags are compared with the release's: their form costs nothing."""
    bare = nbformat.from_dict(notebook)  # type: ignore[no-untyped-call]
    for cell in bare.cells:
        cell.pop("attachments", None)
        cell.metadata.pop("tags", None)
    return bare  # type: ignore[no-any-return]


def exercise_ids(notebook: NotebookNode) -> set[str]:
    """The grade ids of the cells that hold work or earn points (an id such as `setup` may be in every assignment)."""
    settings = [_sub(cell.metadata, "nbgrader") for cell in notebook.cells]
    return {
        entry["grade_id"]
        for entry in settings
        if isinstance(entry.get("grade_id"), str) and (entry.get("grade") or entry.get("solution"))
    }


def identify(notebook: NotebookNode, assignment: str, releases: Mapping[str, NotebookNode]) -> tuple[str, ...]:
    """Make sure that a submitted notebook belongs to an assignment.

    The cells decide, and the mark in the notebook's metadata where they say nothing: marks get lost in other
    tools, and a student may take a cell along from an earlier lesson.

    Args:
        notebook: as `parse` gives it.
        assignment: the assignment it was handed in for.
        releases: the released notebooks of the course, by assignment; `assignment` must be among them.

    Returns:
        notices: for one, that another release of this assignment was used.

    Raises:
        RejectedSubmission: it is a notebook of another assignment, or of none.
    """
    mark = _sub(notebook.metadata, "aandacht")
    theirs = exercise_ids(notebook) | {cell.metadata.get("submitted_id") for cell in notebook.cells}
    shared = {name: len(exercise_ids(release) & theirs) for name, release in releases.items()}
    others = [name for name in releases if name != assignment and shared[name] > shared[assignment]]
    if others:
        raise RejectedSubmission(_other(max(others, key=shared.__getitem__), assignment))
    if not shared[assignment] and mark.get("assignment") != assignment:
        raise RejectedSubmission(_other(mark.get("assignment"), assignment))
    return _release_notice(mark, _sub(releases[assignment].metadata, "aandacht"))


def _other(found: str | None, wanted: str) -> str:
    if found is None:
        return f"The notebook holds none of the exercises of “{wanted}”."
    return f"This is a notebook of the assignment “{printable(found)}”, handed in for “{wanted}”."


def _release_notice(theirs: dict[str, Any], ours: dict[str, Any]) -> tuple[str, ...]:
    if not theirs.get("release") or theirs.get("release") == ours.get("release"):
        return ()
    return (
        "This notebook was made from another release of the assignment; your answers were graded in the current one.",
    )
