"""The checks of the lesson `seq2seq`; collected from here, they stand in four files."""

from __future__ import annotations

from autograder.assignments.seq2seq.test_alignment import TestAlignmentMatrix
from autograder.assignments.seq2seq.test_looking import TestAdditiveAttention, TestAttentiveDecoder
from autograder.assignments.seq2seq.test_reading import TestEncoder, TestMakeBatch
from autograder.assignments.seq2seq.test_writing import (
    TestDecoder,
    TestGreedyDecode,
    TestSequenceLoss,
    TestTeacherForcing,
)

__all__ = [
    "TestAdditiveAttention",
    "TestAlignmentMatrix",
    "TestAttentiveDecoder",
    "TestDecoder",
    "TestEncoder",
    "TestGreedyDecode",
    "TestMakeBatch",
    "TestSequenceLoss",
    "TestTeacherForcing",
]
