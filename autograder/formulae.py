r"""Sets formulae: TeX becomes MathML, which browsers show by themselves, without a script and without a network.

latex2mathml reads the TeX. What it makes is rebuilt from what is listed here: TeX can name links, styles and
distances too (`\href`, `\style`, `\rlap`), and its own way to text undoes the escaping of `<`.
"""

from __future__ import annotations

import html
import re
from xml.etree.ElementTree import Element

_ELEMENTS = frozenset(
    re.findall(
        r"\w+",
        "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts "
        "mprescripts none mphantom mtable mtr mtd",
    )
)
_WORD = re.compile(r"[a-z]+( [a-z]+)*", re.ASCII)
#: At most some characters wide, and forwards but for a thin space: nothing may be moved to where it does not belong.
_LENGTH = re.compile(r"0|[0-4]?(\.\d{1,4})?(em|ex)|-0?\.[12]\d{0,3}em|(negative)?(very)*thinmathspace", re.ASCII)
_ATTRIBUTES = {
    "display": _WORD,
    "mathvariant": re.compile("normal"),
    "stretchy": _WORD,
    "fence": _WORD,
    "form": _WORD,
    "separator": _WORD,
    "accent": _WORD,
    "accentunder": _WORD,
    "movablelimits": _WORD,
    "largeop": _WORD,
    "symmetric": _WORD,
    "columnalign": _WORD,
    "rowalign": _WORD,
    "minsize": _LENGTH,
    "maxsize": _LENGTH,
    "width": _LENGTH,
    "lspace": _LENGTH,
    "rspace": _LENGTH,
    "linethickness": re.compile("0"),
}
#: A formula that is longer, or grows to more, is none to read.
_MOST_CHARACTERS, _MOST_ELEMENTS = 2_000, 2_000
#: A definition may grow without end, and may make one formula change the next.
_DEFINES = re.compile(r"\\(def|newcommand|newenvironment|DeclareMathOperator)(?![a-zA-Z])")

#: A formula in Markdown, or code, which may hold dollars that begin none.
FORMULA = re.compile(
    r"(?P<code>```.*?```|`[^`\n]+`)|\$\$(?P<block>.+?)\$\$|(?<![\\$])\$(?P<inline>[^$\n]+?)(?<!\\)\$", re.DOTALL
)


def mathml(tex: str, display: str = "inline") -> Element | None:
    """The formula as a `<math>` element of harmless parts; None where it cannot be set.

    Args:
        tex: without its dollars.
        display: "inline", or "block" for a line of its own.
    """
    if len(tex) > _MOST_CHARACTERS or _DEFINES.search(tex):
        return None
    from latex2mathml.converter import convert_to_element  # a worker that only grades has none

    try:
        made = convert_to_element(tex, display=display)
    except Exception:  # noqa: BLE001 # what is no TeX breaks the converter in many ways
        return None
    parts = list(made.iter())
    if len(parts) > _MOST_ELEMENTS:
        return None
    for part in parts:
        _make_harmless(part)
    return made


def formulae_in(text: str) -> list[str]:
    """The formulae between dollars in a Markdown text, without their dollars; code between backticks has none."""
    return [(match["block"] or match["inline"]).strip() for match in FORMULA.finditer(text) if not match["code"]]


def is_formula(tex: str) -> bool:
    """Whether it can be set, and none of it stays as it was written.

    Where the converter is not installed, as on a worker that only grades, nobody can tell, and nothing is said.
    """
    try:
        made = mathml(tex)
    except ModuleNotFoundError:
        return True
    return made is not None and not any("\\" in (part.text or "") for part in made.iter())


def _make_harmless(part: Element) -> None:
    if part.tag not in _ELEMENTS:
        part.tag = "mrow"
    if part.text:
        part.text = html.unescape(part.text)  # symbols come as `&#x222B;`
    for name, value in list(part.attrib.items()):
        if name not in _ATTRIBUTES or not _ATTRIBUTES[name].fullmatch(value):
            del part.attrib[name]
