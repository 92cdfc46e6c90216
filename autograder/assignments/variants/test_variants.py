"""The checks of the lesson `variants`; collected from here, they stand in several files.

Sizes all differ within a check, so that a swapped axis shows. `words` complete the sentence "Expected: …".
"""

from __future__ import annotations

from autograder.assignments.variants.test_cache import TestKeyValueCache
from autograder.assignments.variants.test_distillation import TestDistilInit, TestDistillationLoss
from autograder.assignments.variants.test_filters import TestTemperature, TestTopK, TestTopP
from autograder.assignments.variants.test_gpt import TestCausalLM, TestPerplexity
from autograder.assignments.variants.test_sampling import TestSample

__all__ = [
    "TestCausalLM",
    "TestDistilInit",
    "TestDistillationLoss",
    "TestKeyValueCache",
    "TestPerplexity",
    "TestSample",
    "TestTemperature",
    "TestTopK",
    "TestTopP",
]
