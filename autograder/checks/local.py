"""A student in this very process: for reference solutions, misconceptions and tests (trusted code only)."""

from __future__ import annotations

import linecache
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from autograder.bridge.child import Worker
from autograder.bridge.host import LocalConnection
from autograder.checks.student import Student


def local_student(namespace: Mapping[str, Any]) -> Student:
    """A student whose code is this namespace (which is copied)."""
    return Student(LocalConnection(Worker(dict(namespace))))


@lru_cache(maxsize=512)
def namespace_of(source: str) -> Mapping[str, Any]:
    """The globals after running trusted source text; run once per text."""
    name = f"<solution {hash(source):x}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, name, "exec"), namespace)
    return namespace
