"""What runs in the place of a kernel: Python code that a test sends, one text after another.

A zygote imports this, so it imports little; the test's side is `autograder.tests.sandbox.inside`.
"""

from __future__ import annotations

import json
import socket
from typing import Any

_LONGEST = 65536


def run(order: dict[str, Any], descriptors: list[int]) -> None:
    """Runs texts in one namespace until the other side closes the line."""
    namespace: dict[str, Any] = {"order": order, "descriptors": descriptors}
    with socket.socket(fileno=descriptors[0]) as line:
        while source := line.recv(_LONGEST):
            line.send(json.dumps(_answer(source.decode(), namespace)).encode())


def _answer(source: str, namespace: dict[str, Any]) -> dict[str, Any]:
    try:
        exec(source, namespace)
    except BaseException as error:  # noqa: BLE001 - the test hears of it
        return {"error": f"{type(error).__name__}: {error}"}
    return {"found": namespace.get("found")}
