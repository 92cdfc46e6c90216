"""The tools of this quiz: they draw your numbers, and read your answers in the way that grading reads them.

Nothing here knows what is right. Grading reads the cells of your notebook, and does not run them: so write each answer
as it is, not as a calculation over several cells. (Numbers may be worked out in place: 1 / 8 is 0.125.)
"""

import ast
import hashlib
import math
import operator
import re
import unicodedata
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

Answer = str | int | float | tuple[str, ...]

#: What each kind of question expects, and an example.
EXPECTS = {
    "one": ("one letter", '"B"'),
    "several": ("a list of letters", '["A", "C"]'),
    "order": ("a list of all letters, in your order", '["B", "A", "C"]'),
    "number": ("a number", "0.5"),
    "line": ("the number of a line", "3"),
    "text": ("a word or two in quotes", '"attention"'),
    "prints": ("what is printed, in quotes", '"torch.Size([2, 3])"'),
}
LONGEST_CELL, LONGEST_TEXT, LONGEST_ID, LARGEST = 10_000, 500, 100, 1e30
_SUMS: dict[Any, Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


class WrongFormat(ValueError):
    """An answer that cannot be read; its sentence says what is expected."""


def numbers_for(
    student: str, question: str, parameters: Mapping[str, Sequence[int | float | str]]
) -> dict[str, int | float | str]:
    """Your values for the parameters of a question: they follow from your student id, so they are always the same."""
    who = student.strip().casefold()
    drawn = {}
    for name, choices in parameters.items():
        number = hashlib.sha256(f"{who}\n{question}\n{name}".encode()).digest()
        drawn[name] = choices[int.from_bytes(number[:8], "big") % len(choices)]
    return drawn


def read_text(source: str, name: str) -> str:
    """What a cell says the text `name` is; an empty text where it says nothing.

    Raises:
        WrongFormat: it is not a text in quotes.
    """
    expected = 'your id in quotes, such as "s1234567"'
    value = _last_value(source, name, expected)
    if value is not None and not (isinstance(value, str) and len(value) <= LONGEST_ID):
        raise WrongFormat(f"expects {expected}")
    return _readable(value or "")


def read_answer(source: str, name: str, kind: str, letters: str = "") -> Answer | None:
    """The answer that a cell gives: a letter, letters, a number or a text; None where it gives none yet.

    Args:
        source: the text of the cell; it is read, never run.
        name: the variable that the answer is given to.
        kind: one of the keys of EXPECTS.
        letters: the letters that there are to choose from.

    Raises:
        WrongFormat: there is something else in its place.
    """
    value = _last_value(source, name, _example(kind))
    return None if value is None else _as_kind(value, kind, letters)


def gives(source: str, name: str) -> bool:
    """Whether a cell gives `name` a value other than None; of a cell that Python cannot read, whether it names it."""
    try:
        lines = _parsed(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return re.search(rf"\b{name}\b", source) is not None
    given = [line.value for line in lines if isinstance(line, ast.Assign | ast.AnnAssign) and _gives(line, name)]
    return any(not (isinstance(value, ast.Constant) and value.value is None) for value in given)


def _parsed(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about an odd backslash in a text
        return ast.parse(source)


def _last_value(source: str, name: str, expected: str) -> Any:
    if len(source) > LONGEST_CELL:
        raise WrongFormat(f"expects {expected}, and this cell is longer than {LONGEST_CELL:,} characters")
    try:
        tree = _parsed(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise WrongFormat(f"cannot be read (a quote or a bracket missing?); it expects {expected}") from None
    given = [line.value for line in tree.body if isinstance(line, ast.Assign | ast.AnnAssign) and _gives(line, name)]
    if not given:
        raise WrongFormat(f"has lost its line “{name} = …”; it expects {expected}")
    try:
        return _value(given[-1])
    except (KeyError, TypeError, ValueError, ArithmeticError, RecursionError):
        raise WrongFormat(f"expects {expected}, written out in its cell") from None


def _example(kind: str) -> str:
    what, example = EXPECTS[kind]
    return f"{what}, such as {example}"


def _gives(line: ast.Assign | ast.AnnAssign, name: str) -> bool:
    targets = line.targets if isinstance(line, ast.Assign) else [line.target]
    return line.value is not None and any(isinstance(target, ast.Name) and target.id == name for target in targets)


def _value(node: ast.expr | None) -> Any:
    """What a literal stands for; sums of numbers are worked out."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.UnaryOp):
        return _SUMS[type(node.op)](_number(_value(node.operand)))
    if isinstance(node, ast.BinOp):
        left, right = _number(_value(node.left)), _number(_value(node.right))
        if isinstance(node.op, ast.Pow) and (abs(left) > 1_000 or abs(right) > 64):
            raise ValueError("too large to be worked out")
        return _SUMS[type(node.op)](left, right)
    raise TypeError("no literal")


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("no number")
    if not abs(value) <= LARGEST or not math.isfinite(value):
        raise ValueError("no number that an answer could be")
    return value


def _as_kind(value: Any, kind: str, letters: str) -> Answer:
    try:
        if kind == "number":
            return float(_number(value))
        if kind == "line":
            return _whole(value)
        if kind in ("text", "prints"):
            return _words(value)
        return _letters(value, kind, letters)
    except (TypeError, ValueError, ArithmeticError):
        raise WrongFormat(f"expects {_example(kind)}" + (f" (of {', '.join(letters)})" * bool(letters))) from None


def _whole(value: Any) -> int:
    if _number(value) != int(value):
        raise ValueError("no whole number")
    return int(value)


def _words(value: Any) -> str:
    if not isinstance(value, str) or not _readable(value) or len(value) > LONGEST_TEXT:
        raise ValueError("no text that an answer could be")
    return _readable(value)


def _readable(text: str) -> str:
    """A text without what nobody sees: control characters, marks of direction, halves of characters."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char)[0] != "C").strip()


def _letters(value: Any, kind: str, letters: str) -> str | tuple[str, ...]:
    """Letters in any case; for one letter a list of it will do, and for a list a text such as "AC" or "A, C"."""
    items = [one for one in value if one not in " ,;"] if isinstance(value, str) else value
    found = [str(one).strip().upper() for one in items]
    known = all(one in list(letters) for one in found) and len(set(found)) == len(found)
    size = {"one": len(found) == 1, "several": bool(found), "order": len(found) == len(letters)}
    if not known or not size[kind]:
        raise ValueError("not those letters")
    if kind == "one":
        return found[0]
    return tuple(found) if kind == "order" else tuple(sorted(found))


def shown(answer: Answer | None) -> str:
    """An answer as people read it."""
    if answer is None:
        return "not answered yet"
    if isinstance(answer, tuple):
        return ", ".join(answer)
    return f"{answer:.10g}" if isinstance(answer, float) else str(answer)


# What the notebook itself shows.


def _cell_with(name: str) -> str:
    """The text of the cell that you ran last and that gives `name` a value, as you wrote it; empty without one."""
    from IPython import get_ipython

    history = getattr(get_ipython(), "history_manager", None)
    ran = [source for source in getattr(history, "input_hist_raw", []) if _names(source, name)]
    return ran[-1] if ran else ""


def _names(source: str, name: str) -> bool:
    """Whether a cell is likely to be the one for `name`: gives it a value somewhere, be it where nobody reads it."""
    return gives(source, name) or re.search(rf"\b{name}\b\)?\s*(:[^=\n]*)?=(?!=)", source) is not None


def your_numbers(question: str, **parameters: Sequence[int | float | str]) -> None:
    """Shows the numbers that a question has for you."""
    try:
        student = read_text(_cell_with("student") or "student = None", "student")
    except WrongFormat as fault:
        print(f"Your student id {fault}.")
        return
    if not student:
        print("Your numbers stand here once you have written your student id into the cell at the top and run it.")
        return
    values = numbers_for(student, question, parameters)
    print("Your numbers: " + ", ".join(f"{name} = {value}" for name, value in values.items()))


def read_back(number: int, kind: str, letters: str = "") -> None:
    """Shows an answer as it will be read, or says what is expected."""
    source = _cell_with(f"answer_{number}")
    if not source:
        print(f"Question {number}: run the cell with your answer, then this one.")
        return
    try:
        print(f"Question {number}: {shown(read_answer(source, f'answer_{number}', kind, letters))}")
    except WrongFormat as fault:
        print(f"Question {number} {fault}.")


def read_back_all(questions: Mapping[int, tuple[str, str]]) -> None:
    """Shows all answers, a line each."""
    for number, (kind, letters) in questions.items():
        read_back(number, kind, letters)
