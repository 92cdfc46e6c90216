"""Pages that people open: nothing that a student wrote runs in them, and no hidden test is shown."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from jinja2 import Environment
from nbgrader.utils import compute_checksum

from autograder.course import Assignment, Course
from autograder.nbgrader_adapters import clean
from autograder.nbgrader_adapters.gradebook import load_config
from autograder.nbgrader_adapters.grading import generate_feedback, write_report
from autograder.nbgrader_adapters.preprocessors import clean_outputs
from autograder.tests.nbgrader_adapters.support import (
    NBGRADER_WARNINGS,
    FakeGrader,
    answer,
    feedback_page,
    formgrader_page,
    grade,
    gradebook,
    graded_notebook,
    hand_in,
    marks,
    shown,
    stream,
)
from autograder.tests.notebooks import cell_of, free, submit

pytestmark = NBGRADER_WARNINGS

PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
EVIL = "<img src=x onerror=hacked()><script>hacked()</script><a href='javascript:hacked()'>marks</a>"
EVIL_MARKDOWN = [
    EVIL,
    "[marks](javascript:hacked())",
    "[marks](data:text/html;base64,PHNjcmlwdD4=)",
    "![p](https://tracker.example/pixel.png)",
    "![gone](attachment:gone.png)",
    '<div style="position:fixed;top:0;background:url(https://tracker.example)" onclick="hacked()" id="double">x</div>',
    '<a class="btn full-credit" href="#">click</a> <input class="score tabbable" id="double">',
    "<svg><script>hacked()</script></svg><iframe srcdoc='<script>hacked()</script>'></iframe>",
    "<style>body{display:none}</style><base href='https://tracker.example'><meta http-equiv=refresh content=0>",
    "```mermaid\ngraph TD; A--><img src=x onerror=hacked()>\n```",
    "<a href=' jav&#x09;ascript:hacked()'>x</a><form action='javascript:hacked()'><button>x</button></form>",
]
EVIL_OUTPUTS = [
    shown(text_html=EVIL, text_plain="plain"),
    shown(application_javascript="hacked()", text_plain="plain"),
    shown(**{"application_vnd.jupyter.widget-view__json": {"model_id": "x"}, "text_plain": "plain"}),
    shown(image_svg__xml="<svg><script>hacked()</script></svg>"),
    shown(image_png='"><script>hacked()</script>'),
    shown(text_markdown=EVIL),
    shown(text_latex="\\href{javascript:hacked()}{x}<script>hacked()</script>"),
    stream(EVIL),
    nbformat.v4.new_output("error", ename=EVIL, evalue=EVIL, traceback=[EVIL]),  # type: ignore[no-untyped-call]
]


@pytest.fixture
def hostile(assignment: Assignment, grader: FakeGrader) -> Assignment:
    """A graded submission with all of the above in it, and an honest picture."""
    notebook = answer(assignment, why="\n\n".join(text for text in EVIL_MARKDOWN if "attachment:" not in text))
    notebook.cells += [free(text, f"evil-{i}", kind="markdown") for i, text in enumerate(EVIL_MARKDOWN)]
    notebook.cells.append(nbformat.v4.new_raw_cell(EVIL, id="raw"))  # type: ignore[no-untyped-call]
    submit(assignment.course, "mallory", "tiny", notebook)
    outputs = [*EVIL_OUTPUTS, shown(image_png=PIXEL, text_plain="a figure")]
    grader.outputs = {"double-code": outputs, "double": EVIL_OUTPUTS, "playground": [stream("honest")]}
    assert grade(assignment).complete
    return assignment


def assert_harmless(page: str, template: set[str]) -> None:
    """No script but the template's own, no handlers, no odd links, nothing fetched, nothing that poses as a control."""
    soup = BeautifulSoup(page, "html.parser")
    assert {str(script) for script in soup.find_all("script")} <= template
    own = soup.find(id="notebook-container")
    assert isinstance(own, Tag)
    for tag in own.find_all(True):
        assert tag.name not in {"script", "style", "iframe", "object", "embed", "form", "base", "meta", "svg", "link"}
        for name, value in tag.attrs.items():
            assert not name.startswith("on"), tag
            assert "tracker.example" not in str(value), tag
            if name in ("href", "src", "action") and value != "#top":
                assert urlsplit(str(value).strip()).scheme in ({"data"} if name == "src" else {"http", "https"}), tag
            if name == "href" and value != "#top":
                assert tag["rel"] == ["noopener", "noreferrer", "nofollow"], tag
            assert "position" not in str(value) or name != "style", tag


def scripts(page: str) -> set[str]:
    """The scripts of a page."""
    return {str(script) for script in BeautifulSoup(page, "html.parser").find_all("script")}


def test_feedback_is_harmless(hostile: Assignment, course: Course) -> None:
    assert not generate_feedback(course, hostile).failed
    page = feedback_page(course, "mallory").read_text()
    assert_harmless(page, template=set())
    assert PIXEL in page  # the honest picture
    assert "2 of 2 points" in page
    assert BeautifulSoup(page, "html.parser").select(".full-credit, .score, #double") == []


def test_feedback_is_self_contained(hostile: Assignment, course: Course) -> None:
    generate_feedback(course, hostile)
    page = BeautifulSoup(feedback_page(course, "mallory").read_text(), "html.parser")
    (picture,) = page.select("img[alt='a disc']")
    assert str(picture["src"]).startswith("data:image/svg+xml;base64,")


def test_feedback_carries_a_policy_before_all_else(hostile: Assignment, course: Course) -> None:
    generate_feedback(course, hostile)
    page = feedback_page(course, "mallory").read_text()
    first = BeautifulSoup(page, "html.parser").select("head > *")[0]
    assert first["http-equiv"] == "Content-Security-Policy"
    assert "default-src 'none'" in str(first["content"])
    assert page.index('<meta charset="utf-8"') < 1024


def test_formgrader_is_harmless(hostile: Assignment, course: Course) -> None:
    hand_in(hostile, "alice")
    grade(hostile)
    page, other = formgrader_page(course, "mallory"), formgrader_page(course, "alice")
    assert_harmless(_without_controls(page), scripts(other))
    controls = ".full-credit, .score, #double, .btn"
    assert len(BeautifulSoup(page, "html.parser").select(controls)) == len(
        BeautifulSoup(other, "html.parser").select(controls)
    )


def _without_controls(page: str) -> str:
    """The page without the form elements that formgrader itself puts beside each cell."""
    soup = BeautifulSoup(page, "html.parser")
    for control in soup.select(".panel-heading, .panel-footer"):
        control.decompose()
    return str(soup)


def test_hidden_tests_are_not_shown(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    """nbgrader puts them into the graded cell from its gradebook, and shows them in the feedback."""
    with gradebook(course) as book:
        cell = book.find_source_cell("double", "tiny", "tiny")
        hidden = cell_of(nbformat.read(assignment.release, 4), "double")  # type: ignore[no-untyped-call]
        hidden.source += "\n### BEGIN HIDDEN TESTS\nassert double(21) == 42\n### END HIDDEN TESTS"
        cell.source, cell.checksum = hidden.source, compute_checksum(hidden)
        book.db.commit()
    hand_in(assignment, "alice")
    _autograde_as_stock_does(course)
    generate_feedback(course, assignment)
    assert marks(course, "alice")["double"].auto == 2.0
    for path in (graded_notebook(course, "alice"), feedback_page(course, "alice")):
        assert "HIDDEN" not in path.read_text()
        assert "42" not in _sources(path)


def _sources(path: Path) -> str:
    if path.suffix == ".html":
        soup = BeautifulSoup(path.read_text(), "html.parser")
        return " ".join(cell.get_text() for cell in soup.select(".input_area"))
    return " ".join(cell.source for cell in nbformat.read(path, 4).cells)  # type: ignore[no-untyped-call]


def _autograde_as_stock_does(course: Course) -> None:
    """Without `ensure_assignment`, which would let the gradebook know the release instead."""
    from nbgrader.converters import Autograde

    from autograder.nbgrader_adapters.gradebook import course_directory

    Autograde(course_directory(course, "tiny"), config=load_config(course)).start()


def test_outputs_are_cut_to_size(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "mallory")
    much = [shown(text_html="<b>x</b>" * 50_000, text_plain="x" * 1_000_000), stream("x" * 1_000_000)]
    grader.outputs = {"double-code": much * 100, "playground": [stream("x")] * 10_000}
    assert grade(assignment).complete
    assert graded_notebook(course, "mallory").stat().st_size < 2 * clean_outputs.MAX_NOTEBOOK
    assert marks(course, "mallory")["double"].auto == 2.0


@pytest.mark.parametrize("text", ["<div>" * 20_000, "<b><p>" * 16_000, "<a " + "x=1 " * 25_000, "<" * 100_000])
def test_no_text_holds_the_grader_up(text: str) -> None:
    """A hundred such texts once took an hour."""
    started = time.monotonic()
    budget = clean.Budget()
    for _ in range(100):
        output = clean_outputs.clean_output(shown(text_html=text, text_plain="plain"), budget)
        assert output is not None
        assert list(output.data) == ["text/plain"]
        _rendered("\n\n".join([text, "<!--" * 9_000]))
    assert time.monotonic() - started < 10


def _rendered(text: str) -> str:
    """A text cell as the pages show it."""
    environment = Environment(autoescape=False)  # as nbconvert has it
    environment.filters["markdown2html"] = clean.markdown2html
    return environment.from_string("{{ text | markdown2html }}").render(text=text, cell={}, resources={})


def test_honest_words_stay(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    words = "**Because** $a < b$ and `x < y`:\n\n```python\nif x < y: pass\n```\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n"
    notebook = answer(assignment, why=f"{words}\n![pasted](attachment:pasted.png)")
    cell_of(notebook, "why")["attachments"] = {"pasted.png": {"image/png": PIXEL}}
    submit(course, "alice", "tiny", notebook)
    table = "<style scoped>td {color: red}</style><table><tr><td colspan=2>0.5</td></tr></table>"
    grader.outputs = {"double-code": [shown(text_html=table)]}
    grade(assignment)
    generate_feedback(course, assignment)
    page = feedback_page(course, "alice").read_text()
    assert "<strong>Because</strong>" in page
    assert "<mi>a</mi><mo>&lt;</mo><mi>b</mi>" in page
    assert "<code>x &lt; y</code>" in page
    assert '<td colspan="2">0.5</td>' in page
    assert f'alt="pasted" src="data:image/png;base64,{PIXEL}"' in page
    assert "color: red" not in BeautifulSoup(page, "html.parser").select_one("#notebook-container").get_text()  # type: ignore[union-attr]


def test_a_report_on_the_class(assignment: Assignment, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    submit(assignment.course, "bob", "tiny", b"{")
    grade(assignment)
    page, data = write_report(assignment)
    assert "alice" in page.read_text()
    assert "not valid JSON" in data.read_text()


@pytest.mark.parametrize("text", EVIL_MARKDOWN)
def test_markdown_is_cleaned(text: str) -> None:
    assert_harmless(f'<div id="notebook-container">{_rendered(text)}</div>', set())
