"""nbgrader preprocessors that make a release canonical: the same bytes on every machine, and nothing else in it.

They stand in `c.GenerateAssignment.preprocessors` (release.py says where), one job each:

- `ClearSolutionRegions` is nbgrader's `ClearSolutions`, which leaves the answer cells of a quiz as they are: they have
  never held an answer (LeakGate makes sure of it);
- `Canonical` runs before checksums are computed and cells are saved to the gradebook, so that the gradebook
  knows just what students get: cell ids, metadata and tags that may be released, and one kernel for all;
- `Stamp` writes the assignment's name and a hash of the content into the notebook's metadata;
- `LeakGate` comes last and stops the build when something secret is left.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode, from_dict
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

from autograder.course import NOTEBOOK_METADATA, Assignment, Course
from autograder.errors import CourseError
from autograder.nbgrader_adapters.leakgate import (
    CELL_KEYS,
    NBGRADER_KEYS,
    find_folder_leaks,
    find_leaks,
    is_quiz,
    may_carry,
    read_source,
    refuse,
)
from autograder.quiz.assignment import check_assignment

_HIDDEN_TESTS = re.compile(r"(BEGIN|END) HIDDEN TESTS")

Processed = tuple[NotebookNode, dict[str, Any]]


class ClearSolutionRegions(ClearSolutions):
    """Clears solutions; a quiz has none."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Processed:
        """The notebook with stubs in place of solutions."""
        if is_quiz(nb):
            return nb, resources
        cleared: Processed = super().preprocess(nb, resources)
        return cleared


class Canonical(NbGraderPreprocessor):
    """Keeps what may be released of ids, metadata and tags, in one form."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Processed:
        """The notebook in its canonical form.

        Raises:
            CourseError: the instructor's notebook has faults that only its author can mend.
        """
        check_source(_source_of(resources))
        nb.metadata = from_dict(  # type: ignore[no-untyped-call]
            NOTEBOOK_METADATA | {"aandacht": {"assignment": _name(resources)}}
        )
        nb.nbformat, nb.nbformat_minor = 4, 5
        for cell in nb.cells:
            _canonical_cell(cell)
        return nb, resources


class Stamp(NbGraderPreprocessor):
    """Names the release by a hash over its content."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Processed:
        """The notebook with `metadata.aandacht.release` set."""
        nb.metadata.aandacht.pop("release", None)
        content = nbformat.writes(nb)  # type: ignore[no-untyped-call]
        nb.metadata.aandacht["release"] = hashlib.sha256(content.encode()).hexdigest()[:12]
        return nb, resources


class LeakGate(NbGraderPreprocessor):
    """Stops the release of anything that gives a solution away."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Processed:
        """The notebook as it came.

        Raises:
            LeakError: it, or a file beside it, holds something that students must not see.
        """
        path, name = _source_of(resources), _name(resources)
        source = read_source(path)
        assignment = Assignment(Course(path.parents[2]), name)
        if is_quiz(source) or assignment.is_quiz:
            check_assignment(assignment)
        leaks = find_leaks(source, nb, f"{name}/{name}.ipynb") + find_folder_leaks(source, path.parent, name)
        refuse(leaks)
        return nb, resources


def _source_of(resources: dict[str, Any]) -> Path:
    return Path(resources["metadata"]["path"]) / f"{resources['metadata']['name']}.ipynb"


def _name(resources: dict[str, Any]) -> str:
    return str(resources["nbgrader"]["assignment"])


def _canonical_cell(cell: NotebookNode) -> None:
    settings = cell.metadata.get("nbgrader", {})
    if not any(settings.get(key) for key in ("grade", "solution", "locked", "task")):
        cell.metadata.pop("nbgrader", None)
    else:
        cell.metadata["nbgrader"] = _kept(settings, NBGRADER_KEYS)
        cell["id"] = settings["grade_id"]
    tags = sorted(tag for tag in cell.metadata.get("tags", []) if may_carry(cell, tag))
    cell.metadata = _kept(cell.metadata, CELL_KEYS - {"tags"})
    if tags:
        cell.metadata["tags"] = tags


def _kept(metadata: dict[str, Any], keys: frozenset[str]) -> NotebookNode:
    kept = {key: value for key, value in metadata.items() if key in keys}
    return from_dict(kept)  # type: ignore[no-any-return,no-untyped-call]


def check_source(path: Path) -> None:
    """Make sure that an instructor's notebook can be released: what reading it would silently mend is a fault here.

    Raises:
        CourseError: it cannot; a line for each fault.
    """
    try:
        document = json.loads(path.read_bytes())
        faults = list(dict.fromkeys(_source_faults(document)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CourseError(f"{path} is not a notebook that can be read ({error}).") from None
    if faults:
        raise CourseError("\n".join(f"{path.parent.name}/{path.name}: {fault}." for fault in faults))


def _source_faults(document: dict[str, Any]) -> list[str]:
    if (document["nbformat"], document["nbformat_minor"]) < (4, 5):
        return ["is written in a notebook format without cell ids; open it in a current JupyterLab and save it"]
    ids = [cell.get("id") for cell in document["cells"]]
    faults = [f"cell {number} has no id" for number, cell_id in enumerate(ids, start=1) if not cell_id]
    faults += [
        f"the cell id “{cell_id}” is used more than once" for cell_id in ids if cell_id and ids.count(cell_id) > 1
    ]
    for cell in document["cells"]:
        if _HIDDEN_TESTS.search("".join(cell["source"])):
            faults.append(
                f"cell “{cell.get('id')}” has hidden tests, which would run where a student's code can read them; "
                "write them as checks of the assignment"
            )
    return faults
