"""Which cells of a notebook draw, and whether what they drew can be seen. Pictures are not compared by bytes."""

from __future__ import annotations

import ast
import base64
from collections.abc import Iterable
from io import BytesIO

from matplotlib.image import imread
from nbformat import NotebookNode

_PLOTTING = "plt"


def drawing_cells(cells: Iterable[NotebookNode]) -> set[str]:
    """The ids of the code cells that use `plt`, themselves or by a function that they or cells before them define."""
    helpers: set[str] = set()
    found: set[str] = set()
    for cell in cells:
        tree = ast.parse(cell.source)
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        helpers |= {function.name for function in functions if _draws([function], helpers)}
        run = [line for line in tree.body if not isinstance(line, ast.FunctionDef | ast.ClassDef)]
        if _draws(run, helpers):
            found.add(cell.id)
    return found


def _draws(lines: Iterable[ast.stmt], helpers: set[str]) -> bool:
    nodes = [node for line in lines for node in ast.walk(line)]
    called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    owners = {node.value.id for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)}
    return _PLOTTING in owners or not helpers.isdisjoint(called)


def pictures_in(outputs: Iterable[NotebookNode]) -> list[str]:
    """The pictures among a cell's outputs, as they are sent: PNG in base64."""
    return [output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})]


def is_blank(picture: str) -> bool:
    """Whether all of a picture has one colour."""
    pixels = imread(BytesIO(base64.b64decode(picture)))
    return bool((pixels == pixels[0, 0]).all())
