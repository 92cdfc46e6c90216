"""The checks of the lesson `variants`; collected from here, they stand in several files.

Sizes all differ within a check, so that a swapped axis shows. `words` complete the sentence "Expected: …".
"""

from __future__ import annotations

from autograder.assignments.variants.test_bigbird import TestBigBirdAttention, TestBigBirdCost, TestBigBirdMask
from autograder.assignments.variants.test_bugs import TestBugHunt
from autograder.assignments.variants.test_cache import TestKeyValueCache
from autograder.assignments.variants.test_distillation import TestDistilInit, TestDistillationLoss
from autograder.assignments.variants.test_filters import TestTemperature, TestTopK, TestTopP
from autograder.assignments.variants.test_gpt import TestCausalLM, TestPerplexity
from autograder.assignments.variants.test_sampling import TestSample
from autograder.assignments.variants.test_streaming import TestStreamingAttention

__all__ = [
    "TestBigBirdAttention",
    "TestBigBirdCost",
    "TestBigBirdMask",
    "TestBugHunt",
    "TestCausalLM",
    "TestDistilInit",
    "TestDistillationLoss",
    "TestKeyValueCache",
    "TestPerplexity",
    "TestSample",
    "TestStreamingAttention",
    "TestTemperature",
    "TestTopK",
    "TestTopP",
]
