"""What a worker says of itself when it joins: versions that must be the grader's own, and whether it has a GPU.

A worker offers a resource whose name is its versions, and work asks for the resource of the grader's: so the scheduler
itself keeps work away from workers of another version, which could not even read it. Nothing has to be asked of them.
"""

from __future__ import annotations

import importlib.metadata
from functools import cache

from autograder.work import code, surroundings

GPU = "GPU"  #: the resource of workers that have one
_PREFIX = "autograder "


@cache
def stamp() -> str:
    """The versions on which grades or messages depend."""
    return f"{_PREFIX}{code()}, {surroundings()}, distributed {importlib.metadata.version('distributed')}"


def offered(slots: int, *, gpu: bool) -> dict[str, float]:
    """The resources of a worker with so many slots."""
    return {stamp(): float(slots)} | ({GPU: 1.0} if gpu else {})


def wanted(*, gpu: bool) -> dict[str, float]:
    """The resources that one piece of work takes."""
    return {stamp(): 1.0} | ({GPU: 1.0} if gpu else {})


def stamp_in(resources: dict[str, float]) -> str:
    """The stamp that a worker offers; empty for a worker that is none of ours."""
    return next((name for name in resources if name.startswith(_PREFIX)), "")
