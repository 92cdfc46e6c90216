"""Every hostile submission, through the real pipeline."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.tests.hostile.case import Case
from autograder.tests.hostile.cases import CASES
from autograder.tests.hostile.runner import PENDING, run_case
from autograder.tests.hostile.theatre import Theatre
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS

pytestmark = [*NBGRADER_WARNINGS, pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    with Theatre() as made:
        yield made


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_case_is_as_it_must_be(theatre: Theatre, case: Case) -> None:
    if case.needs_gpu:
        pytest.skip(PENDING)
    result = run_case(theatre, case)
    assert result.faults == (), result.seen
