"""Whether a figure may go to students: a plain drawing, with nothing in it that runs, calls or was left behind.

Refused are scripts and event handlers, embedded pages, links and pictures from elsewhere (also as `data:`),
and what drawing programs leave behind: their metadata, their names and paths of the author's machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

MAX_FIGURE = 1_000_000

_NAMESPACES = {"", "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace"}
_FORBIDDEN = {"script", "foreignobject", "metadata", "iframe", "embed", "object", "image", "audio", "video", "a"}
_EDITORS = re.compile(r"created with|generator|inkscape|sodipodi|illustrator|figma|sketchtool", re.IGNORECASE)
_ELSEWHERE = re.compile(r"@import|url\(\s*['\"]?(?!#)|javascript:|data:|expression\(", re.IGNORECASE)


def svg_faults(data: bytes) -> list[str]:
    """Why a figure may not go to students, one clause each; empty for a good one."""
    if len(data) > MAX_FIGURE:
        return [f"is larger than {MAX_FIGURE / 1e6:g} MB"]
    text = data.decode("utf-8", "replace")
    if re.search(r"<!ENTITY|<!DOCTYPE[^>]*\[", text, re.IGNORECASE):
        return ["defines entities of its own"]
    try:
        root = ElementTree.fromstring(data)  # noqa: S314  the instructor's own file, without entities
    except ElementTree.ParseError as error:
        return [f"is not valid XML ({error})"]
    return list(dict.fromkeys([*_text_faults(text, root), *_tree_faults(root)]))


def _text_faults(text: str, root: ElementTree.Element) -> Iterator[str]:
    if _split(root.tag)[1] != "svg":
        yield "is not an SVG drawing"
    if match := _EDITORS.search(text):
        yield f"holds what a drawing program left behind (“{match.group()}”)"
    if "<?xml-stylesheet" in text:
        yield "asks for a style sheet from elsewhere"


def _tree_faults(root: ElementTree.Element) -> Iterator[str]:
    for element in root.iter():
        namespace, name = _split(element.tag)
        if namespace not in _NAMESPACES:
            yield f"holds an element of another program (<{name}>)"
        if name.lower() in _FORBIDDEN:
            yield f"holds a <{name}>"
        if _ELSEWHERE.search(element.text or ""):
            yield f"holds a <{name}> that asks for something from elsewhere"
        for key, value in element.attrib.items():
            yield from _attribute_faults(key, value)


def _attribute_faults(key: str, value: str) -> Iterator[str]:
    namespace, name = _split(key)
    if namespace not in _NAMESPACES:
        yield f"holds a setting of another program ({name})"
    if name.lower().startswith("on"):
        yield f"holds an event handler ({name})"
    if name.lower() == "href" and not value.startswith("#"):
        yield "links to something outside itself"
    if _ELSEWHERE.search(value):
        yield f"asks for something from elsewhere (in {name})"


def _split(tag: object) -> tuple[str, str]:
    """Namespace and name of a tag or attribute."""
    namespace, _, name = str(tag).rpartition("}")
    return namespace.lstrip("{"), name
