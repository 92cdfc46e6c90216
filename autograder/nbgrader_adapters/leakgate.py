"""The leak gate: looks at a release and says what in it students must not see.

::

    source/<a>/<a>.ipynb ── fragments (solutions.py) ──┐
    release/<a>/<a>.ipynb      text, settings, encoded forms ── find_leaks ── [Leak, …]
    release/<a>/figures/*.svg  text, and nothing that runs ────┘
    release/<a>/anything else  was not meant to go

The rules, each broken once in the tests:

1. no solution, hidden-test, mark-scheme or autotest delimiter, and no fragment of what stood between them, be
   it reformatted, in a comment, in a figure, in a name, or encoded as base64 or hexadecimal digits;
2. no output, no execution count, no attachment;
3. no metadata but nbgrader's, Jupyter's `deletable` and `editable`, and that a locked cell is folded away; no tag
   but `skip-execution` on a locked code cell;
4. no file but the notebook and figures/*.svg, no link, and no figure that could do anything (svg.py);
5. a quiz for marks is byte for byte what the public side of its file gives, and would be the same with any other key
   (quiz/assignment.py): so it holds the key in no form, be it encoded, hashed, in metadata or in an order.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

from autograder.errors import LeakError
from autograder.nbgrader_adapters.decode import decoded
from autograder.nbgrader_adapters.solutions import Fragment, fragments, token_stream, unparsed, word_stream
from autograder.nbgrader_adapters.svg import svg_faults

CELL_KEYS = frozenset({"nbgrader", "deletable", "editable", "tags", "jupyter"})
FOLDED = {"source_hidden": True}  #: the one thing that may be said to Jupyter: a cell is folded away
NBGRADER_KEYS = frozenset(
    {"schema_version", "grade", "grade_id", "locked", "solution", "task", "points", "checksum", "cell_type"}
)
NOTEBOOK_KEYS = {
    "kernelspec": frozenset({"display_name", "language", "name"}),
    "language_info": frozenset({"name"}),
    "aandacht": frozenset({"assignment", "release"}),
}
SKIP = "skip-execution"

#: What nbgrader itself leaves behind when it copies a folder.
IGNORED = (".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback")

_DELIMITER = re.compile(r"(?:BEGIN|END)\s+(?:SOLUTION|HIDDEN\s+TESTS?|MARK\s+SCHEME)|\bAUTOTEST\b", re.IGNORECASE)
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})[^\n]*\n(.*?)^\s*\1", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, slots=True)
class Leak:
    """Something that students must not see, and where it was found; `str` makes it a sentence."""

    file: str
    cell: str | None
    fault: str

    def __str__(self) -> str:
        where = self.file if self.cell is None else f"{self.file}, cell {self.cell}:"
        return f"{where} {self.fault}."


def refuse(leaks: Iterable[Leak]) -> None:
    """Stop when there are leaks.

    Raises:
        LeakError: there are; a line for each.
    """
    if found := list(dict.fromkeys(leaks)):
        raise LeakError("\n".join(str(leak) for leak in found))


def find_leaks(source: NotebookNode, release: NotebookNode, file: str) -> list[Leak]:
    """All leaks of a released notebook.

    Args:
        source: the instructor's notebook.
        release: the notebook made from it.
        file: how the release is called in sentences.
    """
    secrets = _secrets(source)
    leaks = [Leak(file, None, fault) for fault in _notebook_faults(release)]
    leaks += [Leak(file, None, f"{fault} in its metadata") for fault in _seen(str(release.metadata), secrets)]
    for cell in release.cells:
        leaks += [Leak(file, cell.id, fault) for fault in [*_cell_faults(cell), *_text_faults(cell, secrets)]]
    return leaks


def find_folder_leaks(source: NotebookNode, folder: Path, name: str) -> list[Leak]:
    """All leaks in the files beside a released notebook.

    Args:
        source: the instructor's notebook.
        folder: the folder that students get, or the source folder that it is copied from.
        name: the assignment, which is the notebook's name.
    """
    secrets = _secrets(source)
    leaks: list[Leak] = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if not _ignored(relative):
            leaks += [Leak(f"{name}/{relative}", None, fault) for fault in _file_faults(path, relative, name, secrets)]
    return leaks


def is_quiz(notebook: NotebookNode) -> bool:
    """Whether an instructor's notebook says that it was made from a quiz; whoever believes it checks that it was."""
    return "quiz" in notebook.metadata


def _secrets(source: NotebookNode) -> list[Fragment]:
    """What of the source may not be read in the release; a quiz's source is public already (rule 5)."""
    return [] if is_quiz(source) else fragments(source)


def _ignored(relative: Path) -> bool:
    return any(fnmatch(part, pattern) for part in relative.parts for pattern in IGNORED)


def _file_faults(path: Path, relative: Path, name: str, secrets: list[Fragment]) -> Iterator[str]:
    mode = path.lstat().st_mode
    is_figure = relative.parent == Path("figures") and relative.suffix == ".svg"
    if stat.S_ISDIR(mode) and relative == Path("figures"):
        return
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        yield "is a link or no regular file"
    elif is_figure and stat.S_ISREG(mode):
        yield from svg_faults(path.read_bytes())
        yield from _seen(f"{path.stem}\n{_svg_text(path)}", secrets)
    elif relative != Path(f"{name}.ipynb"):
        yield "is not meant to go to students (only the notebook and figures/*.svg are)"


def _svg_text(path: Path) -> str:
    """All text of a drawing, its tags taken out (they may split a line), with the raw file for attributes."""
    raw = path.read_text(encoding="utf-8", errors="replace")
    return f"{raw}\n{re.sub(r'<[^>]*>', ' ', raw)}"


def _notebook_faults(notebook: NotebookNode) -> Iterator[str]:
    for key, value in notebook.metadata.items():
        if key not in NOTEBOOK_KEYS:
            yield f"holds the notebook metadata “{key}”, which is not on the list of what may be released"
            continue
        extra = set(value) - NOTEBOOK_KEYS[key] if isinstance(value, dict) else {"?"}
        for inner in sorted(extra):
            yield f"holds the notebook metadata “{key}.{inner}”, which is not on the list of what may be released"


def _cell_faults(cell: NotebookNode) -> Iterator[str]:
    if cell.get("outputs"):
        yield "holds an output"
    if cell.get("execution_count") is not None:
        yield "holds an execution count"
    if cell.get("attachments"):
        yield "holds an attachment; draw it as SVG and put it into figures/"
    settings = cell.metadata.get("nbgrader", {})
    for key in sorted(set(cell.metadata) - CELL_KEYS):
        yield f"holds the metadata “{key}”, which is not on the list of what may be released"
    yield from _folding_faults(cell)
    for key in sorted(set(settings) - NBGRADER_KEYS):
        yield f"holds the nbgrader metadata “{key}”, which is not on the list of what may be released"
    for tag in cell.metadata.get("tags", []):
        if not may_carry(cell, tag):
            yield f"carries the tag “{tag}”; only {SKIP} on a locked code cell may be released"


def _folding_faults(cell: NotebookNode) -> Iterator[str]:
    locked = cell.metadata.get("nbgrader", {}).get("locked")
    if "jupyter" in cell.metadata and not (cell.metadata["jupyter"] == FOLDED and locked):
        yield "holds metadata for Jupyter other than that a locked cell is folded away"


def may_carry(cell: NotebookNode, tag: str) -> bool:
    """Whether a tag may stand on a released cell."""
    settings: dict[str, Any] = cell.metadata.get("nbgrader", {})
    locked = settings.get("locked") and not settings.get("grade") and not settings.get("solution")
    return tag == SKIP and cell.cell_type == "code" and bool(locked)


def _text_faults(cell: NotebookNode, secrets: list[Fragment]) -> Iterator[str]:
    texts = [cell.source, cell.id, str(cell.metadata)]
    pieces = [cell.source] if cell.cell_type == "code" else _code_in_markdown(cell.source)
    texts += [plain for piece in pieces if (plain := unparsed(piece))]
    yield from _seen("\n".join(texts), secrets)


def _code_in_markdown(text: str) -> list[str]:
    return [match.group(2) for match in _FENCE.finditer(text)] + _INLINE.findall(text)


def _seen(text: str, secrets: list[Fragment]) -> list[str]:
    """What of the secrets can be read in a text, plainly or after decoding."""
    faults = list(_seen_plainly(text, secrets))
    for hidden in decoded(text):
        faults += [f"{fault}, encoded" for fault in _seen_plainly(hidden, secrets)]
    return list(dict.fromkeys(faults))


def _seen_plainly(text: str, secrets: list[Fragment]) -> Iterator[str]:
    if match := _DELIMITER.search(text):
        yield f"holds the delimiter “{match.group()}”"
    code, words = token_stream(text), word_stream(text)
    for secret in secrets:
        if any(form in (words if secret.prose else code) for form in secret.forms):
            kind = "sentence of the answer" if secret.prose else "line of the solution"
            yield f"holds a {kind} of {secret.cell} (“{_short(secret.text)}”)"


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def read_source(path: Path) -> NotebookNode:
    """An instructor's notebook."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-any-return,no-untyped-call]
