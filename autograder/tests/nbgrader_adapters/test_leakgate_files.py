"""The leak gate's rule about files, broken in each way."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from autograder.nbgrader_adapters.leakgate import find_folder_leaks
from autograder.nbgrader_adapters.svg import svg_faults
from autograder.tests.nbgrader_adapters.test_leakgate import LINES, SOURCE

FIGURE = '<svg xmlns="http://www.w3.org/2000/svg"><title>A</title><path d="M0 0" fill="url(#g)"/></svg>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What students get: a notebook and a figure."""
    made = tmp_path / "little"
    (made / "figures").mkdir(parents=True)
    (made / "little.ipynb").touch()
    (made / "figures" / "a.svg").write_text(FIGURE)
    return made


def file_faults(folder: Path) -> list[str]:
    return [str(leak) for leak in find_folder_leaks(SOURCE, folder, "little")]


def test_a_clean_folder_passes(folder: Path) -> None:
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "little-checkpoint.ipynb").touch()  # nbgrader does not copy these
    assert file_faults(folder) == []


@pytest.mark.parametrize(
    "name", ["test_little.py", "other.ipynb", "figures/a.png", "data/x.csv", "a.svg", "figures/b/c.svg", ".env"]
)
def test_files_that_are_not_meant_to_go(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True, parents=True)
    (folder / name).write_text("x")
    assert any(f"little/{name} is not meant to go to students" in fault for fault in file_faults(folder))


def test_links(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "drawing.svg").write_text(FIGURE)
    (folder / "figures" / "b.svg").symlink_to(tmp_path / "drawing.svg")
    assert file_faults(folder) == ["little/figures/b.svg is a link or no regular file."]
    (folder / "figures" / "b.svg").unlink()
    (folder / "more").symlink_to(tmp_path)
    assert file_faults(folder) == ["little/more is a link or no regular file."]


@pytest.mark.parametrize(
    "text",
    [
        "shifted = x - x.amax(dim=dim, keepdim=True)",
        "<tspan>shifted = x -</tspan><tspan>x.amax(dim=dim, keepdim=True)</tspan>",
        "every pad stays hidden from all words",
        "### BEGIN SOLUTION",
        base64.b64encode(LINES[0].encode()).decode(),
    ],
)
def test_solutions_in_figures(folder: Path, text: str) -> None:
    for place in (
        f"<text>{text}</text>",
        f"<!-- {text.replace('<', '&lt;')} -->",
        f'<g aria-label="{_quoted(text)}"/>',
    ):
        if "tspan" not in text or place.startswith("<text>"):
            (folder / "figures" / "a.svg").write_text(FIGURE.replace("</svg>", f"{place}</svg>"))
            assert "little/figures/a.svg holds" in file_faults(folder)[0]


def _quoted(text: str) -> str:
    return text.replace('"', "&quot;").replace("<", "&lt;")


@pytest.mark.parametrize(
    ("inside", "fault"),
    [
        ("<script>alert(1)</script>", "holds a <script>"),
        ("<ScRiPt/>", "holds a <ScRiPt>"),
        ('<g onclick="x()"/>', "event handler (onclick)"),
        ("<foreignObject/>", "holds a <foreignObject>"),
        ("<metadata/>", "holds a <metadata>"),
        ('<image href="a.png"/>', "holds a <image>"),
        ('<use href="other.svg#a"/>', "links to something outside itself"),
        ('<a href="#x"/>', "holds a <a>"),
        ('<g style="fill:url(http://x)"/>', "from elsewhere (in style)"),
        ("<style>@import 'x.css';</style>", "holds a <style> that asks for something from elsewhere"),
        ("<!-- Created with Inkscape -->", "left behind (“Created with”)"),
        ('<p:namedview xmlns:p="http://editor.example/ns"/>', "element of another program (<namedview>)"),
        ('<g xmlns:p="http://editor.example/ns" p:path="/home/me"/>', "setting of another program (path)"),
        ("<g>", "is not valid XML"),
    ],
)
def test_figures_that_may_not_go(inside: str, fault: str) -> None:
    found = svg_faults(FIGURE.replace("</svg>", f"{inside}</svg>").encode())
    assert any(fault in each for each in found), found


def test_other_things_that_are_no_figures() -> None:
    assert svg_faults(FIGURE.encode()) == []
    assert svg_faults(b"<html/>") == ["is not an SVG drawing", *svg_faults(b"<html/>")[1:]]
    assert svg_faults(b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>') == ["defines entities of its own"]
    assert svg_faults(b" " * 2_000_000) == ["is larger than 1 MB"]
    assert "style sheet" in svg_faults(b'<?xml-stylesheet href="x"?>' + FIGURE.encode())[0]
