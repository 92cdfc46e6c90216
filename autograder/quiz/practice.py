"""A notebook to practise with: jupyterquiz shows the questions, and answers each click, in the page alone.

Each run of the cell draws anew: other values for parameters, another order. It holds no question that is asked for
marks. jupyterquiz loads MathJax from a content network where a page has a MathJax of another version; formulae are set
as MathML here, so nothing is left to typeset, and the notebook takes the word MathJax out of the script.
"""

from __future__ import annotations

import base64
import json
import textwrap
from pathlib import Path
from typing import Any

from markupsafe import escape
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course import NOTEBOOK_METADATA
from autograder.quiz import sentences
from autograder.quiz.ask import Asked, Choice, ask, room
from autograder.quiz.draw import drawn_variants, practised
from autograder.quiz.markup import highlighted, html, inline_html, picture_data
from autograder.quiz.nearest import one_line, one_line_hint, orders
from autograder.quiz.records import AnyQuestion, Line, Number, Order, Prints, Quiz, Text

_TITLE = """\
# To practise: {title}

{introduction}

Run the cell below; then click, or type and press Enter. Each answer is explained at once. Run it again for a new draw.
Nothing is recorded, and none of these questions is asked for marks. It needs `pip install jupyterquiz`; no network."""
_CELL = '''\
import base64
import json
import random

import jupyterquiz.dynamic.display as page

_build = page.build_script  # its script would fetch MathJax from a network: formulae are set already
page.build_script = lambda *given: _build(*given).replace("MathJax", "NoMathJax")

BANK = """
{bank}
"""
COLORS = {{"--jq-multiple-choice-bg": "#23395b", "--jq-many-choice-bg": "#5b2a23", "--jq-numeric-bg": "#23395b",
          "--jq-string-bg": "#3f2a56", "--jq-numeric-input-bg": "#40506b", "--jq-text-color": "#ffffff",
          "--jq-incorrect-color": "#b00020", "--jq-correct-color": "#00701a"}}

questions = [random.choice(variants) for variants in json.loads(base64.b64decode(BANK))]
random.shuffle(questions)
page.display_quiz(questions, colors=COLORS, max_width=760)'''


def practice_notebook(quiz: Quiz, folder: Path) -> NotebookNode:
    """The notebook; `folder` is that of the quizzes, for pictures."""
    bank = [_entries(question, folder) for question in practised(quiz)]
    packed = base64.b64encode(json.dumps(bank, ensure_ascii=False).encode()).decode()
    title = _TITLE.format(title=quiz.about.title, introduction=quiz.about.introduction.strip())
    cells = [
        new_markdown_cell(title, id="title"),  # type: ignore[no-untyped-call]
        new_code_cell(  # type: ignore[no-untyped-call]
            _CELL.format(bank="\n".join(textwrap.wrap(packed, 118))),
            id="quiz",
            metadata={"jupyter": {"source_hidden": True}},
        ),
    ]
    return new_notebook(cells=cells, metadata=NOTEBOOK_METADATA)  # type: ignore[no-any-return,no-untyped-call]


def _entries(question: AnyQuestion, folder: Path) -> list[dict[str, Any]]:
    """The question for some of its values, as jupyterquiz takes it."""
    drawn = drawn_variants(question)
    return [entry(ask(question, values), folder) for values in drawn]


def entry(asked: Asked, folder: Path) -> dict[str, Any]:
    """One question as jupyterquiz takes it: a record of text that is HTML already."""
    made: dict[str, Any] = {"question": _safe(_question(asked, folder))}
    match asked.question:
        case Number() | Line():
            return made | {"type": "numeric", "answers": _numeric(asked)}
        case Text() | Prints():
            return made | {"type": "string", "answers": _strings(asked), "input_width": 24}
        case Order():
            return made | {
                "type": "multiple_choice",
                "answers": [_choice(one) for one in orders(asked)],
                "answer_cols": 1,
            }
    answers = [_choice(choice) for choice in asked.choices]
    kind = "many_choice" if isinstance(asked.key, tuple) else "multiple_choice"
    return made | {"type": kind, "answers": answers, "answer_cols": 1}


def _question(asked: Asked, folder: Path) -> str:
    parts = [html(asked.text)]
    if asked.code:
        parts.append(f'<div style="{_PAPER}">{_code(asked)}</div>')
    if asked.question.picture:
        address, alt = picture_data(folder, asked.question.picture), escape(asked.question.alt)
        parts.append(f'<img src="{address}" alt="{alt}" style="max-width: 100%; background: #fff">')
    if isinstance(asked.question, Line):
        parts.append(sentences.CHOOSE["line"])
    return "".join([*parts, *filter(None, [one_line_hint(asked)])])


def _code(asked: Asked) -> str:
    """Code that scrolls: JupyterLab would wrap its lines."""
    made = highlighted(asked.code, numbers=isinstance(asked.question, Line))
    return made.replace("<pre>", '<pre style="white-space: pre; font-size: 11pt; color: inherit">', 1)


_PAPER = "background: #fff; color: #111; font-size: 11pt; padding: 6px 10px; border-radius: 6px; overflow-x: auto"


def _choice(choice: Choice) -> dict[str, Any]:
    told = inline_html(choice.why)
    return {"answer": _safe(inline_html(choice.text)), "correct": choice.right, "feedback": _safe(told)}


def _numeric(asked: Asked) -> list[dict[str, Any]]:
    answers = [_range(asked, float(str(asked.key)), True, asked.why)]
    answers += [_range(asked, float(slip.answer), False, slip.why) for slip in asked.slips]
    return [*answers, {"type": "default", "feedback": "Not yet: try again."}]


def _range(asked: Asked, value: float, right: bool, why: str) -> dict[str, Any]:
    about = room(asked.question, value) + 1e-9 * max(1.0, abs(value))
    told = _safe(inline_html(why))
    return {"type": "range", "range": [value - about, value + about], "correct": right, "feedback": told}


def _strings(asked: Asked) -> list[dict[str, Any]]:
    why = _safe(inline_html(asked.why))
    forms = {one_line(form): (True, why) for form in asked.accepted}
    for slip in asked.slips:
        forms.setdefault(one_line(str(slip.answer)), (False, _safe(inline_html(slip.why))))
    made = [{"answer": form, "correct": right, "feedback": told} for form, (right, told) in forms.items()]
    return [*made, {"type": "default", "feedback": "Not yet: try again. Spelling counts here, capitals do not."}]


def _safe(text: str) -> str:
    """HTML in which jupyterquiz finds no formula and no link of its own kind to rewrite."""
    return text.replace("$", "&#36;").replace("[", "&#91;").replace("<http", "&lt;http")
