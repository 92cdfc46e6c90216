"""What was repaired in a submission, as sentences that its author can read.

Each sentence is one template with named fields, so that it can be translated as a whole. Cells are listed by
their ids; a thousand repairs of one kind are still one sentence.
"""

from __future__ import annotations

from autograder.intake.files import printable

_MAX_NAMED = 6

#: Order of this table is the order of the sentences. `{cells}` is a list of cell ids.
_SENTENCES = {
    "kernel": "The notebook asks for the kernel {cells}; it was graded with the kernel of the assignment.",
    "restored": "These cells were missing and were put back as they were given: {cells}.",
    "moved": "These cells had been moved and were put back in their place: {cells}.",
    "text": "These cells are given and may not be changed; their text was put back: {cells}.",
    "type": "These cells had been changed into another kind of cell and were changed back: {cells}.",
    "settings": "The grading settings of these cells had been changed and were put back: {cells}.",
    "tags": "The tags of these cells had been changed and were put back: {cells}.",
    "dropped": "Unchanged copies of these cells were left out: {cells}.",
    "copied": (
        "These cells exist more than once: {cells}. The last copy with work in it counts as the answer; "
        "the others run as ordinary cells."
    ),
    "own-settings": "Grading settings were taken off cells of your own: {cells}.",
    "own-tags": "Tags on cells of your own have no effect on grading and were taken off: {cells}.",
    "pictures": (
        "Only PNG, JPEG and GIF pictures up to 2 MB in text cells are kept, 100 in each; others were left out: {cells}."
    ),
}


class Repairs:
    """Collects repairs by kind (the keys of the table above)."""

    def __init__(self) -> None:
        self._cells: dict[str, list[str]] = {}

    def add(self, kind: str, cell: str) -> None:
        """Remember a repair of a cell, named by its id."""
        cells = self._cells.setdefault(kind, [])
        if cell not in cells:
            cells.append(cell)

    def sentences(self) -> tuple[str, ...]:
        """One sentence for each kind of repair that was made."""
        return tuple(
            template.format(cells=_listed(self._cells[kind]))
            for kind, template in _SENTENCES.items()
            if kind in self._cells
        )


def _listed(cells: list[str]) -> str:
    shown = ", ".join(f"“{printable(cell)}”" for cell in cells[:_MAX_NAMED])
    more = len(cells) - _MAX_NAMED
    return shown if more <= 0 else f"{shown} and {more} more"
