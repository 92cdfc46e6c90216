"""Errors cross process borders whole."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from autograder import errors
from autograder.errors import AutograderError, CallTimeout, RejectedSubmission

SAMPLES = {RejectedSubmission: ("It is no notebook.", "It is too large."), CallTimeout: (2.5,)}


def tree(root: type[AutograderError]) -> Iterator[type[AutograderError]]:
    yield root
    for child in root.__subclasses__():
        yield from tree(child)


ALL = [kind for kind in tree(AutograderError) if kind.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_survives_pickling_with_its_fields(kind: type[AutograderError]) -> None:
    error = kind(*SAMPLES.get(kind, ("A sentence.",)))
    error.add_note("seen at cell `softmax`")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert str(back) == str(error)
    assert (back.args, vars(back)) == (error.args, vars(error))


def test_the_tree_is_drawn_in_full() -> None:
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in ALL)


def test_fields_are_for_programs_and_the_text_is_for_people() -> None:
    rejected = RejectedSubmission("One.", "Two.")
    assert (rejected.faults, str(rejected)) == (("One.", "Two."), "One. Two.")
    assert (CallTimeout(8.0).seconds, str(CallTimeout(8.0))) == (8.0, "no answer within 8 s")
