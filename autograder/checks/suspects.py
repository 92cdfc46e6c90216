"""Finds the misconception behind a failure: the one whose answers, on the same inputs, were the student's."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import torch

from autograder.checks.job import Job, Suspect
from autograder.checks.local import local_student, namespace_of
from autograder.checks.student import Exchange, Remote, Student

_log = logging.getLogger(__name__)
Rerun = Callable[[Student], None]

#: Transcripts by (key, exercise, check, slug, device): a class meets the same misconceptions again and again.
_transcripts: dict[tuple[bytes, str, str, str, str], list[Exchange]] = {}


class Lineup:
    """The suspects of one job."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def reference(self) -> Student:
        """A student with the reference solution."""
        return local_student(namespace_of(self._job.reference), self._job.device)

    def identify(self, check: str, student: Student, rerun: Rerun) -> Suspect | None:
        """The suspect that gave the student's answers in this check; None where none did.

        Where several did, each would have to explain it in the same words (some mistakes cannot be told apart).
        """
        if all(str(exchange.outcome) == "mismatch" for exchange in student.transcript):
            return None  # nothing was asked, or only whether devices mix, which every such mistake answers alike
        suspects = [suspect for suspect in self._job.suspects if check in suspect.checks]
        matching = [s for s in suspects if _alike(student.transcript, self._transcript(check, s, rerun))]
        return matching[0] if len({suspect.explanation for suspect in matching}) == 1 else None

    def _transcript(self, check: str, suspect: Suspect, rerun: Rerun) -> list[Exchange]:
        key = (self._job.key, self._job.grade_id, check, suspect.slug, self._job.device)
        if key not in _transcripts:
            _transcripts[key] = _play(suspect, rerun, self._job.device)
        return _transcripts[key]


def _play(suspect: Suspect, rerun: Rerun, device: str) -> list[Exchange]:
    try:
        student = local_student(namespace_of(suspect.source), device)
    except Exception:  # noqa: BLE001 - `verify` reports it; here it only cannot help
        _log.warning("the misconception %s does not run with the reference notebook's code", suspect.slug)
        return []
    try:
        rerun(student)
    except BaseException:  # noqa: BLE001 - it should fail; what it answered until then is what counts
        return student.transcript
    return []  # it passed: then it explains no failure


def _alike(ours: list[Exchange], theirs: list[Exchange]) -> bool:
    if len(ours) != len(theirs):
        return False
    return all(
        a.called == b.called and a.raised == b.raised and _equal(a.outcome, b.outcome)
        for a, b in zip(ours, theirs, strict=True)
    )


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        same_kind = a.dtype == b.dtype and a.shape == b.shape
        return same_kind and torch.allclose(a.double(), b.double(), rtol=1e-4, atol=1e-6, equal_nan=True)
    if isinstance(a, tuple | list) and type(a) is type(b):
        return len(a) == len(b) and all(_equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    if isinstance(a, Remote) and isinstance(b, Remote):
        return a.kind == b.kind
    return type(a) is type(b) and bool(a == b)
