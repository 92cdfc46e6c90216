"""The checks of the lesson `transformer`; collected from here, they stand in six files.

Sizes all differ within a check, so that a swapped axis shows. `words` complete the sentence "Expected: …".
"""

from __future__ import annotations

from autograder.assignments.transformer.test_decoding import TestBeamSearch, TestGreedyDecode
from autograder.assignments.transformer.test_layers import TestDecoderLayer, TestEncoderLayer
from autograder.assignments.transformer.test_step import TestStepLoss
from autograder.assignments.transformer.test_tokens import TestFeedForward, TestLayerNorm
from autograder.assignments.transformer.test_training import TestLabelSmoothing, TestSchedule, TestTrainStep
from autograder.assignments.transformer.test_whole import TestTransformer

__all__ = [
    "TestBeamSearch",
    "TestDecoderLayer",
    "TestEncoderLayer",
    "TestFeedForward",
    "TestGreedyDecode",
    "TestLabelSmoothing",
    "TestLayerNorm",
    "TestSchedule",
    "TestStepLoss",
    "TestTrainStep",
    "TestTransformer",
]
