"""What people read: text cells, pages in markdown, quizzes, comments and docstrings, all read as markdown."""

from __future__ import annotations

import ast
import json
import re
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from autograder.tests.lessons.run import ROOT

NOTEBOOKS = sorted([*ROOT.glob("source/*/*.ipynb"), *ROOT.glob("release/*/*.ipynb")])
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "release/README.md", "autograder/sandbox/README.md")]
_MARKDOWN = MarkdownIt("commonmark").enable("table")
_MATH = re.compile(r"\$\$.*?\$\$|\$[^$\n]+(?:\n[^$\n]+)?\$", re.DOTALL)
#: What a quiz holds besides text: names, code, and whatever spelling an answer may have.
_NO_TEXT = {"id", "concept", "accept", "code", "prints", "proof", "lesson", "when", "credit", "picture", "computed"}


@dataclass(frozen=True)
class Text:
    """Markdown, the file it stands in, and where."""

    file: Path
    place: str
    markdown: str

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}{self.place}"

    def tokens(self) -> Iterator[Token]:
        """All tokens, those inside of paragraphs too; no formulae."""
        for token in _MARKDOWN.parse(_MATH.sub("$", self.markdown)):
            yield token
            yield from token.children or ()

    def prose(self) -> str:
        """The words, without code."""
        return "".join(map(_words, self.tokens()))


def _words(token: Token) -> str:
    if token.type == "text":
        return token.content
    gaps = {"code_inline": "`", "softbreak": " ", "hardbreak": " "}
    return "\n" if token.block else gaps.get(token.type, "")


@lru_cache
def cells_of(path: Path) -> list[dict[str, Any]]:
    """A notebook's cells, as the file has them, but each source as one text."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"])} for cell in cells]


def pages_and_cells() -> list[Text]:
    """All that is rendered as markdown."""
    pages = [Text(path, "", path.read_text(encoding="utf-8")) for path in PAGES]
    return pages + [
        Text(path, f", cell {cell['id']}", cell["source"])
        for path in NOTEBOOKS
        for cell in cells_of(path)
        if cell["cell_type"] == "markdown"
    ]


def all_texts() -> list[Text]:
    """All that is rendered as markdown, and quizzes, comments in notebooks, docstrings of checks and misconceptions."""
    quizzes = [
        Text(path, f", {where}", text)
        for path in sorted(ROOT.glob("quizzes/*.toml"))
        for where, text in _strings(tomllib.loads(path.read_text(encoding="utf-8")), "its head")
    ]
    docstrings = [
        Text(path, "", "\n\n".join(_docstrings(path))) for path in sorted(ROOT.glob("autograder/assignments/*/**/*.py"))
    ]
    return [*pages_and_cells(), *quizzes, *_comments(), *docstrings]


def _strings(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one, where)
    elif isinstance(value, dict):
        where = f"question {value['id']}" if "id" in value else where
        for key, one in value.items():
            if key not in _NO_TEXT:
                yield from _strings(one, where)


def _comments() -> Iterator[Text]:
    for path in NOTEBOOKS:
        for cell in cells_of(path):
            if cell["cell_type"] == "code":
                tokens = tokenize.generate_tokens(StringIO(cell["source"]).readline)
                said = [token.string for token in tokens if token.type == tokenize.COMMENT]
                yield Text(path, f", cell {cell['id']}", "\n\n".join(line.lstrip("# ") for line in said))


def _docstrings(path: Path) -> Iterator[str]:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, kinds) and (text := ast.get_docstring(node)):
            yield text
