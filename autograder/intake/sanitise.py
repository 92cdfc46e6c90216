"""The notebook that is graded: the release's skeleton with the student's answers in it.

::

    release      setup ── stub ── [tests] ── text ── stub ── [tests]
    submitted    setup ── answer ── own cell ── [tests, edited] ── stub, twice ── (tests deleted)
    sanitised    setup ── answer ── own cell ── [tests] ─────────── stub ── [tests]

- Cells that the release knows (those with nbgrader settings) stand in the release's order, with the release's
  settings, tags, type and id. Locked and graded cells have the release's text; solution cells the student's.
- A cell is recognised by its grade id, or by its cell id where another tool lost the settings.
- Where a solution cell exists more than once, the last one that differs from the stub is the answer. Copies with
  the text of the release are dropped; other copies become cells of the student's own.
- The student's own cells keep their text and type and their place behind the known cell that they followed.
- A deleted cell is put back: set-up and stubs before the student's own cells at that place (who deletes a stub
  may have written the answer in a cell of their own), graded cells behind them.

Each repair is told in a notice. nbgrader's own sanitisers find nothing left to change.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder.intake.repairs import Repairs

_NEW = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


@dataclass(frozen=True, slots=True)
class Sanitised:
    """A notebook that is safe to execute and grade, and the repairs that made it so, one sentence each."""

    notebook: NotebookNode
    notices: tuple[str, ...] = ()


def grade_id_of(cell: NotebookNode) -> str | None:
    """The grade id in a cell's nbgrader settings, if there is one that is a string."""
    settings = cell.metadata.get("nbgrader")
    found = settings.get("grade_id") if isinstance(settings, dict) else None
    return found if isinstance(found, str) else None


def sanitise(submitted: NotebookNode, released: NotebookNode) -> Sanitised:
    """Put the student's work into the released notebook.

    Args:
        submitted: a notebook as `autograder.intake.notebook.parse` gives it; it is not changed.
        released: the released notebook; it is not changed.
    """
    return _Sanitiser(submitted, released).run()


def _settings(cell: NotebookNode) -> dict[str, Any]:
    settings = cell.metadata.get("nbgrader")
    return settings if isinstance(settings, dict) else {}


def _is_solution(cell: NotebookNode) -> bool:
    return bool(_settings(cell).get("solution"))


def _is_test(cell: NotebookNode) -> bool:
    return bool(_settings(cell).get("grade")) and not _is_solution(cell)


def _deciding(cell: NotebookNode) -> dict[str, Any]:
    """The settings that decide about points; a checksum differs by itself between two releases."""
    settings = _settings(cell)
    return {key: settings[key] for key in ("grade", "solution", "locked", "task", "points") if settings.get(key)}


@dataclass
class _Sanitiser:
    submitted: NotebookNode
    released: NotebookNode
    repairs: Repairs = field(default_factory=Repairs)

    def __post_init__(self) -> None:
        self.known = {name: cell for cell in self.released.cells if (name := grade_id_of(cell))}
        self.free_ids = {cell.id for cell in self.released.cells if not grade_id_of(cell)}
        self.used_ids = {cell.id for cell in self.released.cells}
        self.count = 0

    def run(self) -> Sanitised:
        chosen = self._choose()
        own = self._own_cells(chosen)
        notebook = copy.deepcopy(self.released)
        notebook.cells = self._assemble(chosen, own)
        self._compare_kernel()
        return Sanitised(notebook, self.repairs.sentences())

    # Which submitted cell is which

    def _choose(self) -> dict[str, int]:
        """For each known cell the place of the submitted cell that stands for it."""
        candidates: dict[str, list[int]] = {}
        for place, cell in enumerate(self.submitted.cells):
            if name := self._name(cell):
                candidates.setdefault(name, []).append(place)
        chosen = {name: self._best(name, places) for name, places in candidates.items()}
        self._note_order(chosen)
        return chosen

    def _name(self, cell: NotebookNode) -> str | None:
        by_settings = grade_id_of(cell)
        if by_settings is not None:
            return by_settings if by_settings in self.known else None
        by_id = cell.metadata.get("submitted_id")
        return str(by_id) if by_id in self.known else None

    def _best(self, name: str, places: list[int]) -> int:
        original = self.known[name].source
        if _is_solution(self.known[name]):
            return next((place for place in reversed(places) if self._source(place) != original), places[0])
        return next((place for place in places if self._source(place) == original), places[0])

    def _source(self, place: int) -> str:
        return str(self.submitted.cells[place].source)

    def _note_order(self, chosen: dict[str, int]) -> None:
        furthest = -1
        for name in self.known:
            if name in chosen and chosen[name] < furthest:
                self.repairs.add("moved", name)
            furthest = max(furthest, chosen.get(name, -1))

    # The student's own cells, by the known cell that they follow

    def _own_cells(self, chosen: dict[str, int]) -> dict[str | None, list[NotebookNode]]:
        names = {place: name for name, place in chosen.items()}
        groups: dict[str | None, list[NotebookNode]] = {}
        anchor: str | None = None
        for place, cell in enumerate(self.submitted.cells):
            if place in names:
                anchor = names[place]
            elif (own := self._own(cell)) is not None:
                groups.setdefault(anchor, []).append(own)
        return groups

    def _own(self, cell: NotebookNode) -> NotebookNode | None:
        name = self._name(cell)
        if name is not None and cell.source == self.known[name].source:
            self.repairs.add("dropped", name)
            return None
        own = _NEW[cell.cell_type](source=cell.source, id=self._own_id(cell))  # type: ignore[no-untyped-call]
        self._keep_pictures(own, cell, own.id)
        self._note_own(cell, own.id, name)
        return own  # type: ignore[no-any-return]

    def _own_id(self, cell: NotebookNode) -> str:
        """The released id of a cell that was given to play with, else a fresh one."""
        given = cell.metadata.get("submitted_id")
        if given in self.free_ids:
            self.free_ids.remove(given)
            return str(given)
        self.count += 1
        while f"student-{self.count}" in self.used_ids:
            self.count += 1
        return f"student-{self.count}"

    def _note_own(self, cell: NotebookNode, own_id: str, name: str | None) -> None:
        if name is not None:
            self.repairs.add("copied", name)
        elif "nbgrader" in cell.metadata:
            self.repairs.add("own-settings", own_id)
        if "tags" in cell.metadata:
            self.repairs.add("own-tags", own_id)

    # Putting the two together

    def _assemble(self, chosen: dict[str, int], own: dict[str | None, list[NotebookNode]]) -> list[NotebookNode]:
        cells: list[NotebookNode] = []
        waiting = own.get(None, [])
        for name, original in self.known.items():
            if name in chosen or _is_test(original):
                cells += waiting
                waiting = []
            cells.append(self._known_cell(name, chosen.get(name)))
            waiting += own.get(name, []) if name in chosen else []
        return cells + waiting

    def _known_cell(self, name: str, place: int | None) -> NotebookNode:
        cell = _cleared(self.known[name])
        if place is None:
            self.repairs.add("restored", name)
            return cell
        theirs = self.submitted.cells[place]
        self._note_changes(name, theirs)
        if _is_solution(cell):
            cell.source = theirs.source
            self._keep_pictures(cell, theirs, name)
        return cell

    def _note_changes(self, name: str, theirs: NotebookNode) -> None:
        ours = self.known[name]
        if theirs.cell_type != ours.cell_type:
            self.repairs.add("type", name)
        if not _is_solution(ours) and theirs.source != ours.source:
            self.repairs.add("text", name)
        if _deciding(theirs) != _deciding(ours):
            self.repairs.add("settings", name)
        if set(theirs.metadata.get("tags", ())) != set(ours.metadata.get("tags", ())):
            self.repairs.add("tags", name)

    def _keep_pictures(self, cell: NotebookNode, theirs: NotebookNode, name: str) -> None:
        kept = theirs.get("attachments")
        if cell.cell_type == "markdown" and kept:
            cell["attachments"] = copy.deepcopy(kept)
        if theirs.metadata.get("lost_pictures") or (kept and cell.cell_type != "markdown"):
            self.repairs.add("pictures", name)

    def _compare_kernel(self) -> None:
        theirs = self.submitted.metadata.get("kernelspec", {}).get("name")
        ours = self.released.metadata.get("kernelspec", {}).get("name")
        if theirs is not None and theirs != ours:
            self.repairs.add("kernel", theirs)


def _cleared(cell: NotebookNode) -> NotebookNode:
    fresh = copy.deepcopy(cell)
    if fresh.cell_type == "code":
        fresh.outputs, fresh.execution_count = [], None
    return fresh
