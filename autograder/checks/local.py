"""A student in this very process: for reference solutions, misconceptions and tests (trusted code only)."""

from __future__ import annotations

import linecache
from typing import Any

from autograder.bridge.host import LocalConnection
from autograder.bridge.worker import Worker
from autograder.checks.student import Student


def local_student(namespace: dict[str, Any]) -> Student:
    """A student whose code is this namespace (scripted callables and stand-ins change it)."""
    return Student(LocalConnection(Worker(namespace)))


def namespace_of(source: str) -> dict[str, Any]:
    """The globals after running trusted source text."""
    name = f"<solution {hash(source):x}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, name, "exec"), namespace)  # noqa: S102 - the course's own text
    return namespace
