"""A student in this very process: for reference solutions, misconceptions and tests (trusted code only)."""

from __future__ import annotations

import linecache
from typing import Any

from autograder.bridge.host import LocalConnection
from autograder.bridge.worker import Worker
from autograder.checks.student import Student


def local_student(namespace: dict[str, Any], device: str = "cpu") -> Student:
    """A student whose code is this namespace (scripted callables and stand-ins change it).

    Args:
        device: of the student who is judged. The judge itself touches no GPU, and makes believe instead.
    """
    student = Student(LocalConnection(Worker(namespace)))
    if device != "cpu":
        student.on("impostor")
    return student


def namespace_of(source: str) -> dict[str, Any]:
    """The globals after running trusted source text."""
    name = f"<solution {hash(source):x}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, name, "exec"), namespace)  # noqa: S102 - the course's own text
    return namespace
