"""Outputs of our own making; nbformat's maker of them checks each against a schema, which takes a millisecond."""

from __future__ import annotations

from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict


def stream(name: str, text: str) -> NotebookNode:
    """What is printed on "stdout" or "stderr"."""
    return _output(output_type="stream", name=name, text=text)


def error(ename: str, evalue: str, traceback: list[str]) -> NotebookNode:
    """What is raised."""
    return _output(output_type="error", ename=ename, evalue=evalue, traceback=traceback)


def display(data: dict[str, str]) -> NotebookNode:
    """What is shown, by kind."""
    return _output(output_type="display_data", data=data, metadata={})


def value(text: str) -> NotebookNode:
    """A cell's last value."""
    return _output(output_type="execute_result", data={"text/plain": text}, metadata={}, execution_count=None)


def _output(**fields: Any) -> NotebookNode:
    return from_dict(fields)  # type: ignore[no-any-return,no-untyped-call]
