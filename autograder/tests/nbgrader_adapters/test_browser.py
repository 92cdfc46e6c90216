"""Feedback pages in a real browser: nothing that a student wrote runs, fetches, leads astray or covers a mark."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output, new_raw_cell

from autograder.course import Assignment, Course
from autograder.nbgrader_adapters import clean, pages
from autograder.nbgrader_adapters.grading import generate_feedback, write_report
from autograder.tests.browser import Browser
from autograder.tests.nbgrader_adapters.support import (
    NBGRADER_WARNINGS,
    FakeGrader,
    answer,
    feedback_page,
    formgrader_page,
    grade,
    hand_in,
    marks,
    nbgrader_command,
    shown,
    stand_in,
    stream,
)
from autograder.tests.notebooks import free, submit
from autograder.tests.payloads import COVERS, EVIL, HTML, KINDS, MARKDOWN, OUTSIDE, OWN

pytestmark = [*NBGRADER_WARNINGS, pytest.mark.slow]

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
ALL = "\n\n".join(HTML.values())


def everything() -> list[NotebookNode]:
    """Each piece as the output of code, in every way that there is."""
    made = [shown(text_html=text, text_plain="plain") for text in (*HTML.values(), OUTSIDE)]
    made += [shown(text_latex=text) for text in MARKDOWN.values()]
    made += [new_output("display_data", data={kind: ALL}) for kind in KINDS]  # type: ignore[no-untyped-call]
    made += [stream(ALL), stream(f"\x1b]8;;javascript:{OWN}\x07link\x1b]8;;\x07 \x1b[31m{ALL}", "stderr")]
    made.append(new_output("error", ename=ALL, evalue=ALL, traceback=[ALL, f"\x1b[1m{ALL}"]))  # type: ignore[no-untyped-call]
    return made


def hand_in_everything(assignment: Assignment, student: str) -> None:
    """Each piece in text cells, raw cells, code, tags, metadata and attachments."""
    notebook = answer(assignment, why="\n\n".join(MARKDOWN.values()))
    texts = [*HTML.values(), *MARKDOWN.values(), OUTSIDE]
    notebook.cells += [free(text, f"text-{i}", kind="markdown") for i, text in enumerate(texts)]
    notebook.cells += [new_raw_cell(text, id=f"raw-{i}") for i, text in enumerate(texts)]  # type: ignore[no-untyped-call]
    end = f'"><script>{OWN}</script>'
    odd: dict[str, Any] = {
        "tags": [end],
        "magics_language": end,
        "name": end,
        "raw_mimetype": end,
        "aria-label": end,
        "alt": end,
    }
    notebook.cells.append(free(f"# {ALL}", "code", **odd))
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.attachments = {
                "evil": {f'text/html"onerror="{OWN}': "x"},
                "evil.png": {"image/png": f'x" onerror="{OWN}'},
            }
    notebook.metadata |= {"title": f"</title><script>{OWN}</script>", "widgets": {"x": ALL}}
    submit(assignment.course, student, assignment.name, notebook)


@pytest.fixture(scope="module")
def page(released_tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The feedback on a submission with all of it; a secret lies about, too."""
    course = Course(shutil.copytree(released_tiny, tmp_path_factory.mktemp("hostile") / "course"))
    assignment = course.assignment("tiny")
    (course.root / "secret.png").write_bytes(b"\x89PNG secret")
    hand_in_everything(assignment, "mallory")
    outputs = everything()
    fake = FakeGrader(outputs={"double-code": outputs[:100], "playground": outputs[100:], "double": outputs})
    with pytest.MonkeyPatch.context() as patch:
        stand_in(fake, patch)
        assert grade(assignment).complete
    assert not generate_feedback(course, assignment).failed
    return feedback_page(course, "mallory")


def owned(page: Any) -> Any:
    """What hostile code would leave."""
    return page.evaluate("window.__owned || (document.title === 'tiny' ? null : document.title)")


def click_links(page: Any) -> list[dict[str, str]]:
    """Click all that is marked as a link, seen or unseen; returns their attributes."""
    links = page.locator("#notebook-container .rendered_html a, #notebook-container .output a")
    for i in range(links.count()):
        link = links.nth(i)
        link.click(no_wait_after=True, timeout=3000) if link.is_visible() else link.dispatch_event("click")
        page.wait_for_timeout(30)
    return links.evaluate_all(  # type: ignore[no-any-return]
        "all => all.map(one => Object.fromEntries([...one.attributes].map(own => [own.name, own.value])))"
    )


def without_policy(path: Path) -> str:
    """A page's text without its policy."""
    text, found = re.subn(r'(?<=<head>\n)<meta http-equiv="Content-Security-Policy".*?>', "", path.read_text())
    assert found == 1
    return text


def top_most(page: Any) -> list[bool]:
    """Whether the marks and the verdict are what one sees (and hits) at their centres."""
    return page.evaluate(  # type: ignore[no-any-return]
        """() => [".panel-heading h4", ".autograder-verdict strong", ".nbgrader_cell .panel-heading"].flatMap(
            name => [...document.querySelectorAll(name)].map(one => {
                one.scrollIntoView({block: "center"});
                const box = one.getBoundingClientRect();
                const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return box.width > 50 && box.height > 5 && one.contains(hit) && one.checkVisibility();
            }))"""
    )


def test_a_hostile_submission_does_nothing(page: Path, browser: Browser) -> None:
    visit = browser.visit(page, owned)
    assert (visit.seen, visit.asked, visit.done) == (None, [], [])
    assert visit.said == []  # the cleaning left nothing for the policy to stop


def test_its_marks_and_verdicts_are_in_sight(page: Path, browser: Browser) -> None:
    seen = browser.visit(page, top_most).seen
    assert len(seen) > 5
    assert all(seen)
    score = browser.visit(page, lambda page: page.locator(".panel-heading h4").first.inner_text()).seen
    assert score == "tiny (Score: 2.0 / 5.0)"


def test_its_links_lead_outside_or_nowhere(page: Path, browser: Browser) -> None:
    visit = browser.visit(page, click_links)
    outside = [link for link in visit.seen if "href" in link]
    assert visit.done == []
    assert len(visit.seen) > len(outside) > 5
    assert len(visit.asked) == len(outside)  # what has an address leads there, and nothing else leads anywhere
    for link in outside:
        assert re.match(r"https?://", link["href"])
        assert link["rel"] == "noopener noreferrer nofollow"
        assert set(link) <= {"href", "rel", "title", "style"}


def test_cleaning_is_enough_without_a_policy(page: Path, browser: Browser, tmp_path: Path) -> None:
    bare = tmp_path / "bare.html"
    bare.write_text(without_policy(page))
    visit = browser.visit(bare, lambda page: (click_links(page), owned(page))[1])
    assert (visit.seen, visit.done) == (None, [])
    assert all(address.startswith((EVIL, "https://arxiv.example")) for address in visit.asked)  # clicked


def unclean(text: str, folder: Path) -> Path:
    """A feedback page in which a text stands as it is."""
    head = "<!DOCTYPE html><html><head><style>b {color: red}</style><title>tiny</title></head>"
    path = folder / "page.html"
    path.write_text(pages.sealed(f"{head}<body>{text}</body></html>"))
    return path


#: What needs a click. Other links and forms are the cleaning's alone: a policy lets a page be left.
CLICKED = ("link-java", "link-form", "fetch-base")


@pytest.mark.parametrize("name", [name for name in HTML if not name.startswith(("cover-", "move-"))])
def test_the_policy_is_enough_without_cleaning(name: str, browser: Browser, tmp_path: Path) -> None:
    def click(page: Any) -> Any:
        for i in range(page.locator("a, button").count()):
            page.locator("a, button").nth(i).dispatch_event("click")
        page.wait_for_timeout(100)
        return owned(page)

    visit = browser.visit(unclean(HTML[name], tmp_path), click if name.startswith(CLICKED) else owned)
    assert (visit.seen, visit.asked) == (None, [])


@pytest.mark.parametrize(
    "name", ["fixed", "absolute", "margin", "transform", "shadow", "font", "classes", "dialog", "style"]
)
def test_the_box_is_enough_without_cleaning(name: str, browser: Browser, tmp_path: Path) -> None:
    mark = '<div class="panel-heading"><h4>tiny (Score: 2.0)</h4></div>'
    verdict = '<div class="autograder-verdict"><strong>double: 2 of 2 points</strong></div>'
    path = unclean(mark + clean.boxed(COVERS[name]) + verdict, tmp_path)
    assert browser.visit(path, top_most).seen == [True, True]


@pytest.mark.parametrize("name", ["run-script", "run-image", "fetch-image", "link-javascript", "move-refresh"])
def test_these_tests_would_notice(name: str, browser: Browser, tmp_path: Path) -> None:
    path = unclean(HTML[name], tmp_path)
    path.write_text(without_policy(path))
    visit = browser.visit(
        path, lambda page: (page.locator("a").evaluate_all("all => all.map(a => a.click())"), owned(page))
    )
    assert visit.seen[1] or [address for address in visit.asked if EVIL in address]


def test_formgrader_shows_it_safely(page: Path, browser: Browser, tmp_path: Path) -> None:
    """nbgrader's own page, which has no policy: the cleaning has to be enough."""
    path = tmp_path / "formgrader.html"
    path.write_text(formgrader_page(Course(page.parents[3]), "mallory"))
    visit = browser.visit(path, owned)
    assert (visit.seen, visit.done) == (None, [])
    assert all(address.startswith(("file:///formgrader/static/", "https://cdnjs.")) for address in visit.asked)


def test_an_honest_page_is_quiet_and_whole(assignment: Assignment, grader: FakeGrader, browser: Browser) -> None:
    words = f"**Because** $\\frac{{Q K^\\top}}{{\\sqrt{{d_k}}}}$ is known: {OUTSIDE}.\n\n$$\\sum_i x_i$$"
    hand_in(assignment, "alice", why=words)
    table = "<table><tr><th>loss</th></tr><tr><td>0.5</td></tr></table>"
    outputs = [
        shown(image_png=PICTURE),
        shown(text_latex="$\\displaystyle x^2$"),
        shown(text_html=table),
        stream("\x1b[31mred"),
    ]
    grader.outputs = {"double-code": outputs}
    assert grade(assignment).complete
    generate_feedback(assignment.course, assignment)
    visit = browser.visit(feedback_page(assignment.course, "alice"), _what_shows)
    assert (visit.asked, visit.said, visit.done) == ([], [], [])
    assert visit.seen == {"pictures": [9, 1], "formulae": 3, "wide": False, "styled": True}


def _what_shows(page: Any) -> dict[str, Any]:
    """Widths of the pictures, formulae with a size, whether the page is wider than the window, styles that count."""
    return page.evaluate(  # type: ignore[no-any-return]
        """() => ({
            pictures: [...document.images].map(one => one.naturalWidth),
            formulae: [...document.querySelectorAll("math")].filter(it => it.getBoundingClientRect().height > 5).length,
            wide: document.documentElement.scrollWidth > innerWidth,
            styled: getComputedStyle(document.querySelector(".panel-heading")).backgroundColor !== "rgba(0, 0, 0, 0)"
        })"""
    )


HOSTILE_CODE = f"""
from IPython.display import HTML, Javascript, Latex, Markdown, display
pieces = {[*HTML.values()]!r}
for piece in pieces:
    display(HTML(piece))
for kind in (Javascript, Latex, Markdown):
    display(kind("\\n".join(pieces)))
print(*pieces)
raise ValueError("".join(pieces))
"""


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("real_grader")
def test_from_hand_in_to_browser(assignment: Assignment, course: Course, browser: Browser) -> None:
    """The whole way, with a kernel, checks, both commands that write feedback, and an honest neighbour."""
    raising = f"def double(x):\n    raise ValueError({ALL!r})"
    hand_in(assignment, "mallory", double_code=raising, playground=HOSTILE_CODE)
    hand_in(assignment, "alice")
    assert grade(assignment).complete
    assert marks(course, "alice")["double"].auto == 2.0
    assert marks(course, "mallory")["double"].auto == 0.0
    assert not generate_feedback(course, assignment).failed
    path = feedback_page(course, "mallory")
    for page in (path, write_report(assignment)[0]):
        visit = browser.visit(page, lambda page: page.evaluate("window.__owned"))
        assert (visit.seen, visit.asked, visit.said, visit.done) == (None, [], [], [])
    assert all(browser.visit(path, top_most).seen)
    ours = path.read_text()
    stock = nbgrader_command(course.root, "generate_feedback", "tiny", "--force", home=course.root)
    assert path.read_text() == ours, stock.stderr
