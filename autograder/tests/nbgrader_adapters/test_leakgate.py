"""Each rule of the leak gate is broken once, and the gate sees it."""

from __future__ import annotations

import base64
import copy
import zlib
from pathlib import Path

import pytest
from nbformat.notebooknode import NotebookNode

from autograder.errors import LeakError
from autograder.nbgrader_adapters.leakgate import find_leaks, read_source, refuse
from autograder.nbgrader_adapters.solutions import fragments, secret_lines
from autograder.tests.notebooks import (
    STUB,
    answered,
    cell_of,
    free,
    given,
    graded,
    notebook,
    region,
    released,
    solution,
    written,
)

LINES = (
    "shifted = x - x.amax(dim=dim, keepdim=True)  # the largest entry of every slice becomes zero",
    "for row in range(len(shifted) - first):",
    '    table["name of row"] = (shifted[row] * 2).exp()',
    "if done:",
    "    return x",
    "return shifted / shifted.sum(dim=dim,",
    "                             keepdim=True)",
)
ANSWER = (
    "The keys come from the encoder, the queries from the decoder.\n\n- *Every* pad stays hidden from all words.\n- No."
)


def instructor() -> NotebookNode:
    source = region(*LINES, before="def softmax(x, dim=-1, first=0):\n    table = {}", after="    table.clear(x, dim)")
    return notebook(
        free("# Softmax\n\nTake `x` and make shares.", "title", kind="markdown"),
        given("setup", "import torch"),
        solution("softmax-code", source),
        graded("softmax", "assert softmax(torch.zeros(2)).sum() == 1"),
        given("plot", "print(1)", skip=True),
        written("places", ANSWER),
    )


SOURCE = instructor()
RELEASE = released(SOURCE)


def faults(release: NotebookNode, source: NotebookNode = SOURCE) -> list[str]:
    return [str(leak) for leak in find_leaks(source, release, "little.ipynb")]


def with_text(text: str, cell: str = "title") -> list[str]:
    return faults(answered(RELEASE, **{cell: text}))


def test_a_clean_release_passes() -> None:
    assert faults(RELEASE) == []
    refuse([])


def test_the_error_names_file_and_cell_for_each_leak() -> None:
    with pytest.raises(LeakError) as caught:
        refuse(find_leaks(SOURCE, answered(RELEASE, title=LINES[0], plot=LINES[0]), "little.ipynb"))
    lines = str(caught.value).split("\n")
    assert "little.ipynb, cell title: holds a line of the solution of softmax-code (“shifted = x -" in lines[0]
    assert any("cell plot" in line for line in lines)


# Rule 1: delimiters and fragments


@pytest.mark.parametrize(
    "text",
    [
        "### BEGIN SOLUTION",
        "# end   solution",
        "### BEGIN HIDDEN TESTS",
        "=== END MARK SCHEME ===",
        "### AUTOTEST f(1)",
    ],
)
@pytest.mark.parametrize("cell", ["title", "setup", "softmax-code"])
def test_delimiters(text: str, cell: str) -> None:
    assert "holds the delimiter" in faults(answered(RELEASE, **{cell.replace("-", "_"): text}))[0]


@pytest.mark.parametrize(
    "text",
    [
        "shifted=x-x.amax( dim = dim,keepdim = True )",
        "shifted = (\n    x\n    - x.amax(dim=dim, keepdim=True)\n)",
        "shifted = ((x) - (x.amax(dim=dim, keepdim=True,)))",
        "shifted = x - \\\n    x.amax(dim=dim, keepdim=True)",
        "y = f(x - x.amax(dim=dim, keepdim=True))",  # the expression alone
        "# shifted = x - x.amax(dim=dim, keepdim=True)",
        "'''shifted = x - x.amax(dim=dim, keepdim=True)'''",
        "%time shifted = x - x.amax(dim=dim, keepdim=True)",
        "table['name of row'] = (shifted[row] * 2).exp()",
        "for  row in range( len(shifted) -first) : pass",
        "return shifted / shifted.sum(dim=dim, keepdim=True)",
        "shifted = x - x.\u200bamax(dim=dim, keepdim=True)",
        "# the largest entry of every slice becomes zero",
    ],
)
def test_solution_lines_in_code(text: str) -> None:
    assert any("the solution" in fault or "the answer" in fault for fault in with_text(text, "setup"))


@pytest.mark.parametrize(
    "text",
    [
        "Write `shifted = x - x.amax(dim=dim, keepdim=True)` first.",
        "Try this:\n\n```python\nshifted = (x) - x.amax(\n    dim=dim,\n    keepdim=True,\n)\n```",
        "Use shifted = x - x.amax(dim=dim, keepdim=True) here",
        "<code>table[&quot;name of row&quot;] = (shifted[row] * 2).exp()</code>",
        "The **largest** entry of every slice becomes *zero*!",
    ],
)
def test_solution_lines_in_text(text: str) -> None:
    assert with_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "The keys come from the encoder, the queries from the decoder.",
        "*the keys* come from **the encoder** the queries\nfrom the decoder",
        "Hint: every pad stays hidden from all words",
    ],
)
def test_sentences_of_the_written_answer(text: str) -> None:
    assert "holds a sentence of the answer of places" in with_text(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "if done:\n    return x",
        "return x",
        "else:",
        "table = {}",
        "y = x.sum(dim=dim)",
        "No.",
        "def softmax(x, dim=-1): ...",
    ],
)
def test_what_is_too_small_to_tell_or_given(text: str) -> None:
    assert with_text(text, "setup") == []


def test_code_given_beside_the_region_is_no_leak() -> None:
    inside = region("table.clear(x, dim)", before="def f(x, dim):\n    table.clear(x, dim)")
    source = notebook(solution("f-code", inside))
    assert faults(released(source), source) == []


def test_a_line_given_in_another_cell_must_be_listed() -> None:
    source = copy.deepcopy(SOURCE)
    source.cells[1].source = LINES[0]
    assert "cell setup: holds a line of the solution" in faults(released(source), source)[0]
    source.metadata["aandacht"] = {
        "shown": [
            "shifted  = x - x.amax(dim = dim, keepdim=True)",
            "x - x.amax(dim=dim, keepdim=True)",
            "the largest entry of every slice becomes zero",
        ]
    }
    assert faults(released(source), source) == []


def test_a_solution_cell_without_a_region_is_secret_as_a_whole() -> None:
    source = notebook(solution("f-code", "def f(x):\n    return (x + 1) * (x - 1) / 2"))
    assert secret_lines(source.cells[0]) == {1, 2}
    release = answered(source, f_code=STUB)
    assert faults(release, source) == []
    release.cells.append(free("(x+1)*(x-1)/2", "hint"))
    assert "solution of f-code" in faults(release, source)[0]


def test_a_solution_that_is_not_python_is_compared_line_by_line() -> None:
    source = notebook(solution("f-code", region("!grep -c solution secret.txt", "x = 'unfinished", indent="")))
    assert fragments(source)
    assert faults(answered(source, f_code="# !grep -c solution secret.txt"), source)


def test_hidden_tests_and_mark_schemes_are_secret_too() -> None:
    hidden = "### BEGIN HIDDEN TESTS\nassert softmax(x, dim=3) == wanted + 1\n### END HIDDEN TESTS"
    scheme = "### BEGIN MARK SCHEME\nOne point for each of the three places named.\n### END MARK SCHEME"
    source = notebook(graded("softmax", hidden), written("places", scheme))
    release = notebook(
        graded("softmax", "assert softmax(x,dim=3)==wanted+1"),
        written("places", "one point for each of the three places named"),
    )
    assert len(faults(release, source)) == 2


@pytest.mark.parametrize("times", [1, 2])
def test_encoded_lines(times: int) -> None:
    data = "\n".join(LINES).encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode, lambda raw: raw.hex().encode(), _zipped):
        text = data
        for _ in range(times):
            text = encode(text)
        assert any("encoded" in fault for fault in with_text(f"blob = '{text.decode()}'", "setup"))
    wrapped = base64.encodebytes(data).decode()
    assert any("encoded" in fault for fault in with_text(wrapped))


def _zipped(raw: bytes) -> bytes:
    return base64.b64encode(zlib.compress(raw))


def test_lines_in_metadata_and_names() -> None:
    release = copy.deepcopy(RELEASE)
    release.metadata["aandacht"]["release"] = LINES[0]
    assert "in its metadata" in faults(release)[0]
    release = copy.deepcopy(RELEASE)
    cell_of(release, "setup").metadata.nbgrader["grade_id"] = base64.urlsafe_b64encode(LINES[0].encode()).decode()
    assert "encoded" in faults(release)[0]


# Rules 2 and 3: outputs, attachments, metadata, tags


def test_outputs_counts_and_attachments() -> None:
    release = copy.deepcopy(RELEASE)
    setup, title = cell_of(release, "setup"), cell_of(release, "title")
    setup.outputs = [{"output_type": "stream", "name": "stdout", "text": "42"}]
    setup.execution_count = 1
    title["attachments"] = {"a.png": {"image/png": ""}}
    assert [fault.split(": ")[1] for fault in faults(release)] == [
        "holds an attachment; draw it as SVG and put it into figures/.",
        "holds an output.",
        "holds an execution count.",
    ]


def test_metadata_that_is_not_on_the_list() -> None:
    release = copy.deepcopy(RELEASE)
    release.metadata["author"] = "me"
    release.metadata["kernelspec"]["env"] = {}
    release.metadata["language_info"] = "python"
    cell_of(release, "setup").metadata["hint"] = 1
    cell_of(release, "setup").metadata.nbgrader["solution_text"] = ""
    found = faults(release)
    assert len(found) == 5
    for name in ("“author”", "“kernelspec.env”", "“language_info.?”", "“hint”", "“solution_text”"):
        assert any(name in fault and "not on the list" in fault for fault in found)


@pytest.mark.parametrize(
    ("cell", "tag", "passes"),
    [
        ("setup", "skip-execution", True),
        ("setup", "remove-input", False),
        ("softmax", "skip-execution", False),
        ("softmax-code", "skip-execution", False),
        ("title", "skip-execution", False),
    ],
)
def test_tags(cell: str, tag: str, passes: bool) -> None:
    release = copy.deepcopy(RELEASE)
    cell_of(release, cell).metadata["tags"] = [tag]
    found = faults(release)
    assert found == [] if passes else "carries the tag" in found[0]


def test_the_lesson_itself_would_leak_without_its_regions() -> None:
    """Of the real lesson each solution, put back into a text cell in another layout, is seen."""
    path = Path(__file__).parents[3] / "source" / "attention" / "attention.ipynb"
    source = read_source(path)
    by_cell: dict[str, list[str]] = {}
    for fragment in fragments(source):
        by_cell.setdefault(fragment.cell, []).append(fragment.text)
    solutions = [cell.id for cell in source.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    assert sorted(by_cell) == sorted(solutions)
    for cell, texts in by_cell.items():
        leaky = notebook(free("\n".join(f"> {text}  " for text in texts), "hint", kind="markdown"))
        assert any(f"of {cell}" in fault for fault in faults(leaky, source))
