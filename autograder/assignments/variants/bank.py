"""The bank of bugs that six are drawn from for a class."""

from __future__ import annotations

from autograder.assignments.variants.bug import Bug
from autograder.assignments.variants.bugs_elsewhere import ELSEWHERE
from autograder.assignments.variants.bugs_in_looks import IN_LOOKS

SIX = 6
BANK: tuple[Bug, ...] = IN_LOOKS + ELSEWHERE
BY_NAME = {bug.name: bug for bug in BANK}
