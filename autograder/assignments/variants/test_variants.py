"""The checks of the lesson `variants`; collected from here, they stand in several files."""

from __future__ import annotations

from autograder.assignments.variants.test_bigbird import TestBigBirdAttention, TestBigBirdCost, TestBigBirdMask
from autograder.assignments.variants.test_bugs import TestBugHunt
from autograder.assignments.variants.test_streaming import TestStreamingAttention

__all__ = ["TestBigBirdAttention", "TestBigBirdCost", "TestBigBirdMask", "TestBugHunt", "TestStreamingAttention"]
