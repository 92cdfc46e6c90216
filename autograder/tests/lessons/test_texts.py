"""What people read: terms spelt in one way, links that lead somewhere, pictures in words, headings in order."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from autograder.tests.lessons.texts import Text, all_texts, pages_and_cells

#: Wrong → right, and why. The prose is British; names in code keep the spelling of their library.
TERMS = {
    r"\bsoft[- ]max\b|\bSoftMax\b": ("softmax", "one word, as a function's name"),
    r"\b[Ss]elf attention\b": ("self-attention", "a compound, as in Vaswani et al."),
    r"\b[Cc]ross attention\b": ("cross-attention", "a compound, like self-attention"),
    r"\b[Mm]ulti head|\b[Mm]ultihead": ("multi-head", "a compound; MultiHeadAttention is a class"),
    r"\b[Ff]eed forward\b|\b[Ff]eedforward\b": ("feed-forward", "a compound, as in Vaswani et al."),
    r"\b[Ee]ncoder-[Dd]ecoder\b": ("encoder–decoder", "a dash: between the two, not one of a kind"),
    r"\b[Dd]ot-products?\b(?! attention)": ("dot product", "a hyphen only in front of a noun: dot-product attention"),
    r"\b[Ss]caled dot product attention\b": ("scaled dot-product attention", "as in Vaswani et al."),
    r"\bWarmup\b|\bwarmup (?:phase|steps)\b": ("warm-up", "a noun; warmup is a variable"),
    r"\b(?:pre|post) LN\b|\b(?:Pre|Post) LN\b": ("pre-LN, post-LN", "as in Xiong et al."),
    r"\blayernorm\b|\blayer-norm\b": ("layer norm", "LayerNorm is a class"),
    r"\b[Tt]eacherforcing\b": ("teacher forcing", "two words"),
    r"\b[Bb]eamsearch\b": ("beam search", "two words"),
    r"\b[Bb]ottle[- ]neck": ("bottleneck", "one word"),
    r"\b[Bb]i-directional": ("bidirectional", "one word"),
    r"\barg[- ]max\b": ("argmax", "one word, as a function's name"),
    r"\bpositional embeddings?\b": ("positional encoding, position embedding", "fixed codes, or a learnt table"),
    r"\bPytorch\b|\bpyTorch\b|\bpytorch\b(?!\.)": ("PyTorch", "its own spelling"),
    r"\bBleu\b|\bChrF\b|\bCHRF\b": ("BLEU, chrF", "their own spelling"),
    r"\bgru\b|\bGru\b": ("GRU", "an abbreviation"),
    r"\bVasvani\b|\bVaswami\b|\bBahdanu\b": ("Vaswani, Bahdanau", "names of people"),
    r"\bNBGrader\b|\bnbGrader\b|\bJupyterlab\b|\bJupyter Lab\b": ("nbgrader, JupyterLab", "their own spelling"),
    r"\b[Ll]earned\b": ("learnt", "the texts' own choice, throughout"),
    r"\b\w*(?:normaliz|generaliz|recogniz|initializ|summariz|visualiz|tokeniz)\w*": ("-is-", "British spelling"),
    r"\b[Oo]ptimiser": ("optimizer", "torch's name for it"),
    r"\b(?:neighbor|behavior|color|favor)\w*": ("neighbour, …", "British spelling"),
    r"\b(?:labeled|labeling|modeling|canceled)\b": ("labelled, …", "British spelling"),
    r"\bgray\b|\bcenters?\b": ("grey, centre", "British spelling"),
}
RENDERED = pages_and_cells()


@pytest.fixture(scope="module")
def prose() -> list[tuple[str, str]]:
    """All that people read: where it stands, and its words."""
    return [(str(text), text.prose()) for text in all_texts()]


@pytest.mark.parametrize("wrong", TERMS)
def test_a_term_is_spelt_in_one_way(prose: list[tuple[str, str]], wrong: str) -> None:
    right, why = TERMS[wrong]
    found = [f"{where}: “{hit.group()}”" for where, words in prose for hit in re.finditer(wrong, words)]
    assert found == [], f"{right}: {why}"


def anchors(path: Path) -> set[str]:
    """What `#…` may lead to in a page, as GitHub names its headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_nowhere(text: Text, link: str) -> bool:
    """Whether a link is one to a file or a heading that is not there."""
    if re.match(r"[a-z]+:", link):
        return False
    name, _, anchor = link.partition("#")
    target = (text.file.parent / name) if name else text.file
    return not target.exists() or (target.suffix == ".md" and bool(anchor) and anchor not in anchors(target))


def test_links_to_files_lead_somewhere() -> None:
    links = [
        (text, str(link))
        for text in RENDERED
        for token in text.tokens()
        for link in [token.attrGet("href"), token.attrGet("src")]
        if link
    ]
    assert len(links) > 100
    assert [f"{text}: {link}" for text, link in links if leads_nowhere(text, link)] == []


def test_pictures_are_described() -> None:
    pictures = [(text, token) for text in RENDERED for token in text.tokens() if token.type == "image"]
    assert len(pictures) > 20
    assert [f"{text}: {token.attrGet('src')}" for text, token in pictures if len(token.content) <= 40] == []
    html = [(text, token.content) for text in RENDERED for token in text.tokens() if token.type.startswith("html")]
    assert [str(text) for text, content in html if re.search(r"<img(?![^>]*\balt=\"[^\"]{20})", content)] == []


def test_headings_are_in_order() -> None:
    levels: dict[Path, list[tuple[str, int]]] = {}
    for text in RENDERED:
        found = [int(token.tag[1:]) for token in text.tokens() if token.type == "heading_open"]
        levels.setdefault(text.file, []).extend((str(text), level) for level in found)
    assert [str(file) for file, found in levels.items() if [level for _, level in found[:1]] != [1]] == []
    assert [where for found in levels.values() for where, level in found[1:] if level == 1] == []
    skipped = [
        where for found in levels.values() for (_, above), (where, level) in pairwise(found) if level > above + 1
    ]
    assert skipped == []
