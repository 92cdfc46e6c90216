"""Every hostile submission, through the real pipeline.

The slow tests run the first case of each family; all of them (`-m hostile`, or `make hostile`, which shows a table)
take a quarter of an hour and more.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from _pytest.mark import ParameterSet

from autograder.sandbox import gpu
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


FIRST = {case.id.partition("-")[0]: case.id for case in reversed(CASES)}.values()


def marked(case: Case) -> ParameterSet:
    """A case as a parameter; the first of its family is run with the slow tests."""
    marks = [] if case.id in FIRST else [pytest.mark.hostile]
    return pytest.param(case, id=case.id, marks=[*marks, pytest.mark.gpu] if case.needs_gpu else marks)


@pytest.mark.parametrize("case", [marked(case) for case in CASES])
def test_the_case_is_as_it_must_be(theatre: Theatre, case: Case) -> None:
    if case.needs_gpu and gpu.missing():
        pytest.skip(PENDING)
    result = run_case(theatre, case)
    assert result.faults == (), result.seen
