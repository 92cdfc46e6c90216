"""Pictures that a student pasted into a cell: the harmless ones are kept."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from autograder.tests.intake.test_sanitise import ANSWER, RELEASED, clean
from autograder.tests.notebooks import answered, cell_of

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n and so on").decode()


@pytest.mark.parametrize(
    ("kind", "bundle", "kept"),
    [
        ("image/png", PNG, True),
        ("image/png", [PNG[:8] + "\n", PNG[8:]], True),
        ("image/gif", base64.b64encode(b"GIF89a...").decode(), True),
        ("image/jpeg", base64.b64encode(b"\xff\xd8\xff").decode(), True),
        ("image/svg+xml", "<svg onload='alert(1)'/>", False),
        ("text/html", "<script>", False),
        ("image/png", base64.b64encode(b"<script>").decode(), False),
        ("image/png", "not base64!", False),
        ("image/png", 3, False),
        ("image/png", base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 3_000_000).decode(), False),
    ],
)
def test_pictures(kind: str, bundle: Any, kept: bool) -> None:
    nb = answered(RELEASED, square_code=ANSWER)
    cell_of(nb, "why")["attachments"] = {"a.png": {kind: bundle}}
    result = clean(nb)
    found = cell_of(result.notebook, "why").get("attachments", {})
    assert bool(found) == kept
    assert bool(result.notices) != kept
    assert not kept or base64.b64decode(found["a.png"][kind])


def test_a_hundred_pictures_in_a_cell_are_kept() -> None:
    nb = answered(RELEASED, square_code=ANSWER)
    cell_of(nb, "why")["attachments"] = {f"{number}.png": {"image/png": PNG} for number in range(101)}
    result = clean(nb)
    assert len(cell_of(result.notebook, "why").attachments) == 100
    assert len(result.notices) == 1


def test_pictures_in_code_cells_go() -> None:
    nb = answered(RELEASED, square_code=ANSWER)
    cell_of(nb, "square-code")["attachments"] = {"a.png": {"image/png": PNG}}
    result = clean(nb)
    assert "attachments" not in cell_of(result.notebook, "square-code")
    assert len(result.notices) == 1
