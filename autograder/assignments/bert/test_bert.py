"""The checks of the lesson `bert`; collected from here, they stand in six files.

Sizes all differ within a check, so that a swapped axis shows. `words` complete the sentence "Expected: …".
"""

from __future__ import annotations

from autograder.assignments.bert.test_encoder import TestBert, TestBertEmbeddings, TestBertLayer
from autograder.assignments.bert.test_head import TestCountParameters, TestMaskedLM, TestTransformersName
from autograder.assignments.bert.test_masking import TestMaskTokens
from autograder.assignments.bert.test_training import TestPretrain
from autograder.assignments.bert.test_tuning import TestClassifier, TestFineTune
from autograder.assignments.bert.test_words import TestBuildInputs, TestWordpiece

__all__ = [
    "TestBert",
    "TestBertEmbeddings",
    "TestBertLayer",
    "TestBuildInputs",
    "TestClassifier",
    "TestCountParameters",
    "TestFineTune",
    "TestMaskTokens",
    "TestMaskedLM",
    "TestPretrain",
    "TestTransformersName",
    "TestWordpiece",
]
