"""Reads exports back, by what their formats say alone: nothing here knows how they were made.

Formulae stand in what is read as ⟦TeX⟧, and as ⟦⟧ where they are set already (MathML).
"""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, TreeBuilder, fromstring

_VOID = {"br", "img", "input", "meta", "hr", "link"}
_HINTS = {
    "Choose one": "one",
    "Choose all": "several",
    "Give each": "order",
    "Your answer, a number": "number",
    "The number of the line": "line",
    "Your answer, a word": "text",
    "What is printed": "prints",
}


@dataclass(frozen=True)
class Read:
    """A question as an export holds it: texts without markup and without spaces (`squeezed`)."""

    name: str  #: its id, or its number where the format has no ids
    kind: str
    text: str
    options: tuple[tuple[str, bool, str], ...] = ()  #: text, whether it is right, what is said of it; sorted
    order: tuple[str, ...] = ()  #: items in the right order
    number: tuple[float, float] | None = None  #: the least and the largest that is right
    accepted: tuple[str, ...] = ()
    slips: tuple[tuple[str, str], ...] = ()  #: answer, what is said of it
    points: float | None = None
    why: str = ""
    pictures: tuple[bytes, ...] = ()


class _Tree(HTMLParser):
    """Fails where an element is not closed as it was opened."""

    def __init__(self) -> None:
        super().__init__()
        self.builder = TreeBuilder()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.builder.end(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        self.builder.data(data)


def tree(html: str) -> Element:
    """HTML as a tree."""
    reader = _Tree()
    reader.feed(f"<root>{html}</root>")
    reader.close()
    return reader.builder.close()


def words(element: Element) -> str:
    """What people read of an element."""
    if element.tag == "math":
        return "⟦⟧"
    if element.tag == "img":
        tex = element.get("data-equation-content")
        return f"⟦{tex}⟧" if tex else ""
    return (element.text or "") + "".join(words(child) + (child.tail or "") for child in element)


def squeezed(text: str) -> str:
    """A text by which it is compared: without spaces, and without what marks emphasis and code in Markdown."""
    return re.sub(r"[\s*`\\]", "", text)


def _plain(html: str) -> str:
    r"""The text of some HTML, squeezed; TeX between `\(` and `\)` is a formula."""
    return squeezed(re.sub(r"\\[(\[](.*?)\\[)\]]", r"⟦\1⟧", words(tree(html)), flags=re.DOTALL))


def _pictures(element: Element) -> tuple[bytes, ...]:
    addresses = [img.get("src", "").partition(",") for img in element.iter("img")]
    assert {kind for kind, _, _ in addresses} <= {"data:image/svg+xml;base64"}
    return tuple(base64.b64decode(data, validate=True) for _, _, data in addresses)


# One HTML page.


def read_page(data: bytes) -> Iterator[Read]:
    """Every variant that a page holds, by its forms and their data-key."""
    for section in tree(data.decode()).iter("section"):
        for form in section.iter("form"):
            yield _form(section.get("data-question", ""), form)


def _form(name: str, form: Element) -> Read:
    kind, key = form.get("data-kind", ""), json.loads(form.get("data-key", ""))
    parts = {div.get("class"): div for div in form.iter("div")}
    answer = key["answer"]
    labels = {label.get("for", "").rpartition("-")[2]: squeezed(words(label)) for label in form.iter("label")}
    labels = {letter: label.removeprefix(f"{letter}.") for letter, label in labels.items()}
    said = {p.get("data-letter"): p for p in form.iter("p") if p.get("class") == "why"}
    slips = [squeezed(words(p)) for p in form.iter("p") if p.get("class") == "slip"]
    for letter, p in said.items():
        verdict = p.find("strong")
        assert verdict is not None
        assert ((p.get("data-right"), verdict.text) == ("true", "Right.")) == (letter in answer), (name, letter)
        verdict.text = ""
    return Read(
        name,
        kind,
        "".join(squeezed(words(parts[part])) for part in ("text", "code") if part in parts),
        options=tuple(sorted((labels[str(one)], one in answer, squeezed(words(p))) for one, p in said.items())),
        order=tuple(labels[letter] for letter in answer) if kind == "order" else (),
        number=_around(answer, key.get("room", 0)) if kind in ("number", "line") else None,
        accepted=tuple(answer) if kind in ("text", "prints") else (),
        slips=tuple((str(one), why) for one, why in zip(json.loads(form.get("data-slips", "")), slips, strict=True)),
        why=squeezed(words(parts["solution"])) if "solution" in parts else "",
        pictures=_pictures(form),
    )


def _around(value: Any, room: Any) -> tuple[float, float]:
    return float(value) - float(room), float(value) + float(room)


# Moodle XML.


def read_moodle(data: bytes) -> Iterator[Read]:
    """Every question of a Moodle file."""
    for question in fromstring(data):
        if question.get("type") != "category":
            yield _moodle(question)


def _moodle(question: Element) -> Read:
    kind = {"numerical": "number", "shortanswer": "text", "matching": "order"}.get(question.get("type", ""), "")
    kind = kind or {"true": "one", "false": "several"}[question.findtext("single", "")]
    asked = question.findtext("questiontext/text", "")
    answers = [(float(one.get("fraction", "")), one) for one in question.findall("answer")]
    right = [one for share, one in answers if share > 0]
    if kind in ("one", "several"):
        assert abs(sum(share for share, _ in answers if share > 0) - 100) < 1e-3
        assert kind == "one" or all(share for share, _ in answers), "a wrong one counts against"
    pairs = [(int(pair.findtext("answer/text", "")), _said(pair)) for pair in question.findall("subquestion")]
    texts = [one.findtext("text", "").replace("\\*", "*") for one in right]
    chosen = [(share, one) for share, one in answers if one.get("format") == "html"]
    options = [(_said(one), share > 0, _said(one, "feedback/text")) for share, one in chosen]
    return Read(
        question.findtext("name/text", "").partition(" (")[0],
        kind,
        _plain(asked),
        options=tuple(sorted(options)),
        order=tuple(text for _, text in sorted(pairs)),
        number=_around(texts[0], right[0].findtext("tolerance")) if kind == "number" else None,
        accepted=tuple(texts) if kind == "text" else (),
        slips=tuple((one.findtext("text", ""), _said(one, "feedback/text")) for share, one in answers if share == 0)
        if kind in ("number", "text")
        else (),
        points=float(question.findtext("defaultgrade", "")),
        why=_said(question, "generalfeedback/text"),
        pictures=_pictures(tree(asked)),
    )


def _said(element: Element, path: str = "text") -> str:
    return _plain(element.findtext(path, ""))


# QTI 1.2, in a zip.


def read_qti(data: bytes) -> Iterator[Read]:
    """Every item of an archive, found by its manifest."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    manifest = _bare(files["imsmanifest.xml"])
    listed = {unquote(file.get("href", "")) for file in manifest.iter("file")}
    assert listed <= set(files), listed - set(files)
    [quiz] = [_bare(files[name]) for name in listed if b"<questestinterop" in files[name]]
    for part in quiz.findall("assessment/section/*"):
        each = part.findtext("selection_ordering/selection/selection_extension/points_per_item")
        for item in [part] if part.tag == "item" else part.findall("item"):
            yield _item(item, each, {name: files[name] for name in listed})


def _bare(xml: bytes) -> Element:
    """A tree without namespaces."""
    root = fromstring(xml)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _item(item: Element, each: str | None, files: dict[str, bytes]) -> Read:
    about = {field.findtext("fieldlabel"): field.findtext("fieldentry", "") for field in item.iter("qtimetadatafield")}
    kinds = {"multiple_choice": "one", "multiple_answers": "several", "numerical": "number", "short_answer": "text"}
    kind = kinds[about["question_type"].removesuffix("_question")]
    html = item.findtext("presentation/material/mattext", "")
    said = {one.get("ident"): _said(one, "flow_mat/material/mattext") for one in item.findall("itemfeedback")}
    [won] = [one for one in item.iter("respcondition") if one.findtext("setvar") == "100"]
    unwanted = {one.text for no in won.iter("not") for one in no.iter("varequal")}
    right = [one.text or "" for one in won.iter("varequal") if one.text not in unwanted]
    labels = {one.get("ident", ""): _said(one, "material/mattext") for one in item.iter("response_label")}
    options = [(text, ident in right, said.get(f"{ident}_fb", "")) for ident, text in labels.items()]
    places = [img.get("src", "") for img in tree(html).iter("img") if img.get("class") != "equation_image"]
    return Read(
        item.get("title", ""),
        kind,
        _plain(html),
        options=tuple(sorted(options)) if kind in ("one", "several") else (),
        number=(float(won.findtext(".//vargte", "")), float(won.findtext(".//varlte", "")))
        if kind == "number"
        else None,
        accepted=tuple(right) if kind == "text" else (),
        points=float(each or about["points_possible"]),
        why=said.get("general_fb", ""),
        pictures=tuple(files[unquote(place).removeprefix("$IMS-CC-FILEBASE$/")] for place in places),
    )


# Markdown on paper.


def read_paper(data: bytes) -> Iterator[Read]:
    """Every question of a paper, by its headings, boxes and fences; it has numbers, and no ids."""
    asked, key = data.decode().split('\n\n<div style="break-before: page"></div>\n\n# Answers\n')
    answers = _headed(key, r"^## (\d+)\.$")
    for heading, body in _headed(asked, r"^## (\d+\. \([\d.]+) points?\)$").items():
        number, _, points = heading.partition(". (")
        yield _printed(number, float(points), body, answers.pop(number))
    assert not answers


def _headed(text: str, heading: str) -> dict[str, str]:
    parts = re.split(heading, text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _formulae(text: str) -> str:
    return re.sub(r"(`[^`\n]+`)|\$\$?([^$]+)\$\$?", lambda m: m[1] or f"⟦{m[2].strip()}⟧", text)


def _printed(number: str, points: float, body: str, answer: str) -> Read:
    hint = re.search(rf"^\*({'|'.join(_HINTS)})[^\n]*$", body, re.MULTILINE)
    assert hint, body
    kind = _HINTS[hint[1]]
    text = re.sub(r"^(```python|```|!\[.*\]\(.*\))$", "", body[: hint.start()], flags=re.MULTILINE)
    boxes = re.findall(r"^(?:☐|____) \*\*([A-H])\.\*\* (.*?)(?=^(?:☐|____) |\Z)", body, re.MULTILINE | re.DOTALL)
    options = {letter: squeezed(_formulae(option)) for letter, option in boxes}
    assert ("\n____ **" in body, "\n☐ **" in body) == (kind == "order", kind in ("one", "several")), body
    key, _, rest = answer.strip().partition("\n\n")
    if key.startswith("```"):
        key, _, rest = answer.strip().removeprefix("```\n").partition("\n```")
    said = dict(re.findall(r"^- ([A-H]): (.*?)(?=^- [A-H]: |^\S|\Z)", rest, re.MULTILINE | re.DOTALL))
    letters = re.findall(r"[A-H]", key) if options else []
    found = re.fullmatch(r"\*\*([-\d.e+]+)\*\*(?: \(± ([-\d.e+]+)\))?", key)
    return Read(
        number,
        kind,
        squeezed(_formulae(text)),
        options=tuple(sorted((options[one], one in letters, squeezed(_formulae(said[one]))) for one in said)),
        order=tuple(options[one] for one in letters) if kind == "order" else (),
        number=_around(found[1], found[2] or 0) if found and kind in ("number", "line") else None,
        accepted=tuple(re.findall(r"`([^`]+)`", key) or [key]) if kind in ("text", "prints") else (),
        points=points,
        why=squeezed(_formulae(rest)),
    )


READERS: dict[str, Callable[[bytes], Iterator[Read]]] = {
    "html": read_page,
    "moodle": read_moodle,
    "qti": read_qti,
    "markdown": read_paper,
}
