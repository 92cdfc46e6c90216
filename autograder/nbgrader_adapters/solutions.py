"""What students must not see: the fragments of an instructor's notebook that its release may not hold.

Secret is all that stands in a solution, hidden-test or mark-scheme region, and the whole of a solution cell
without a region. It is cut into fragments:

- **code**: each statement (of a compound one, its first line) and each larger expression that is assigned or
  returned, both as written and as Python would write it, so that other quotes, brackets, line breaks and
  spaces make no difference;
- **prose**: each sentence of a written answer, and of the comments in a solution, by its words alone.

Too small to tell are statements of fewer than 4 significant tokens (names, numbers, arithmetic; not keywords,
brackets, commas, dots or =), such as `return x` or `else:`; expressions of fewer than 6; sentences of fewer
than 5 words. What also stands outside the regions of **the same cell** is given on purpose (an `__init__`,
the question itself). A line that students may see in *another* cell has to be listed in the instructor's
notebook, under `metadata.aandacht.shown`, because a line repeated by mistake looks just the same.
"""

from __future__ import annotations

import ast
import html
import io
import keyword
import re
import tokenize
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from nbformat.notebooknode import NotebookNode

MIN_STATEMENT = 4
MIN_EXPRESSION = 6
MIN_WORDS = 5

_BEGIN = re.compile(r"BEGIN (SOLUTION|HIDDEN TESTS|MARK SCHEME)")
_END = re.compile(r"END (SOLUTION|HIDDEN TESTS|MARK SCHEME)")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE_ENDS = re.compile(r"[.!?;:](?=\s|$)|\n\s*\n|\||\n\s*(?:[-*+]|\d+\.)\s")
_INSIGNIFICANT = set("=.,:()[]{}'")


@dataclass(frozen=True, slots=True)
class Fragment:
    """One thing that must not be seen.

    Attributes:
        cell: the id of the instructor's cell that it comes from.
        text: how it reads there, on one line.
        forms: its token streams, each framed by spaces so that "in" respects the borders of tokens.
        prose: whether the streams are of words alone.
    """

    cell: str
    text: str
    forms: frozenset[str]
    prose: bool = False


def token_stream(text: str) -> str:
    """Code as its tokens, one space apart: no comment signs, one kind of quote, no invisible characters."""
    plain = unicodedata.normalize("NFKC", html.unescape(text)).replace('"', "'")
    visible = "".join(char for char in plain if char not in "#\\`" and unicodedata.category(char) != "Cf")
    return f" {' '.join(_TOKEN.findall(visible))} "


def word_stream(text: str) -> str:
    """Prose as its words, in lower case, one space apart: no punctuation, no formulas, no markup."""
    return f" {' '.join(_WORD.findall(unicodedata.normalize('NFKC', html.unescape(text)).lower()))} "


def unparsed(source: str) -> str | None:
    """Code as Python itself would write it; None when it is not Python."""
    lines = [re.sub(r"^(\s*)[%!].*", r"\1pass", line) for line in source.split("\n")]
    try:
        return ast.unparse(ast.parse("\n".join(lines)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def weight(stream: str) -> int:
    """The number of significant tokens in a token stream."""
    return sum(token not in _INSIGNIFICANT and not keyword.iskeyword(token) for token in stream.split())


def secret_lines(cell: NotebookNode) -> set[int]:
    """The numbers (from 1) of the lines of a cell that no student may see."""
    numbers: set[int] = set()
    inside = False
    lines = cell.source.split("\n")
    for number, line in enumerate(lines, start=1):
        if _END.search(line):
            inside = False
        elif _BEGIN.search(line):
            inside = True
        elif inside:
            numbers.add(number)
    settings = cell.metadata.get("nbgrader", {})
    if settings.get("solution") and not _BEGIN.search(cell.source):
        return set(range(1, len(lines) + 1))
    return numbers


def fragments(source: NotebookNode) -> list[Fragment]:
    """All that the release of an instructor's notebook may not hold."""
    shown = source.metadata.get("aandacht", {}).get("shown", [])
    allowed = {stream for line in shown for stream in (token_stream(line), word_stream(line))}
    allowed |= {token_stream(plain) for line in shown if (plain := unparsed(line.strip().rstrip(":")))}
    return [found for cell in source.cells for found in _of_cell(cell) if not found.forms & allowed]


def _of_cell(cell: NotebookNode) -> Iterator[Fragment]:
    secret = secret_lines(cell)
    lines = cell.source.split("\n")
    given = "\n".join(line for number, line in enumerate(lines, start=1) if number not in secret)
    hidden = "\n".join(line for number, line in enumerate(lines, start=1) if number in secret)
    if cell.cell_type == "code":
        yield from _outside(_code(cell, secret), token_stream(given) + token_stream(unparsed(given) or ""))
        yield from _outside(_prose(cell.id, "\n\n".join(_comments(hidden))), word_stream(given))
    else:
        yield from _outside(_prose(cell.id, hidden), word_stream(given))


def _outside(found: Iterable[Fragment], given: str) -> Iterator[Fragment]:
    return (fragment for fragment in found if not any(form in given for form in fragment.forms))


def _code(cell: NotebookNode, secret: set[int]) -> Iterator[Fragment]:
    source = _without_comments(cell.source)
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        yield from _code_by_lines(cell.id, source, secret)
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and node.lineno in secret:
            yield from _statement(cell.id, source, node)


def _statement(cell: str, source: str, node: ast.stmt) -> Iterator[Fragment]:
    header = ast.unparse(node) if not hasattr(node, "body") else ast.unparse(node).split("\n")[_decorators(node)]
    written = ast.get_source_segment(source, node) or header
    if hasattr(node, "body"):
        written = written.split("\n")[0]
    yield from _fragment(cell, {header.rstrip(":"), written.rstrip().rstrip(":")}, MIN_STATEMENT)
    value = getattr(node, "value", None)
    if isinstance(value, ast.expr):
        yield from _fragment(cell, {ast.unparse(value), ast.get_source_segment(source, value) or ""}, MIN_EXPRESSION)


def _decorators(node: ast.stmt) -> int:
    return len(getattr(node, "decorator_list", ()))


def _fragment(cell: str, texts: set[str], least: int) -> Iterator[Fragment]:
    forms = frozenset(stream for text in texts if weight(stream := token_stream(text)) >= least)
    if forms:
        yield Fragment(cell, " ".join(min(texts - {""}, key=len).split()), forms)


def _code_by_lines(cell: str, source: str, secret: set[int]) -> Iterator[Fragment]:
    for number, line in enumerate(source.split("\n"), start=1):
        if number in secret:
            yield from _fragment(cell, {line.strip()}, MIN_STATEMENT)


def _prose(cell: str, text: str) -> Iterator[Fragment]:
    for sentence in _SENTENCE_ENDS.split(text):
        stream = word_stream(sentence)
        if len(stream.split()) >= MIN_WORDS:
            yield Fragment(cell, " ".join(sentence.split()), frozenset({stream}), prose=True)


def _comment_tokens(source: str) -> list[tokenize.TokenInfo]:
    found: list[tokenize.TokenInfo] = []
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    with suppress(tokenize.TokenError, SyntaxError):  # a cell with magics: what came before them is still of use
        found.extend(token for token in tokens if token.type == tokenize.COMMENT)
    return found


def _comments(source: str) -> list[str]:
    return [match.group(1) for line in source.split("\n") if (match := re.search(r"#+\s*([^'\"]*)$", line))]


def _without_comments(source: str) -> str:
    lines = source.split("\n")
    for token in _comment_tokens(source):
        row, column = token.start
        lines[row - 1] = lines[row - 1][:column]
    return "\n".join(lines)
