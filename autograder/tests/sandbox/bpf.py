"""Runs a seccomp filter as the kernel would, on system calls that a test makes up.

Source: Linux, Documentation/networking/filter.rst; of its instructions those that our filters use, and no others.
"""

from __future__ import annotations

import struct

from autograder.sandbox.seccomp import Instruction

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL = "allow", "kill"
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "i386": 0x40000003, "arm": 0x40000028}


def answer(program: list[Instruction], number: int, *arguments: int, architecture: int) -> str | int:
    """What becomes of a call: allowed, the process killed, or an error number."""
    words = [argument & 2**64 - 1 for argument in (*arguments, 0, 0, 0, 0, 0, 0)[:6]]
    data = struct.pack("<iIQ6Q", number - 2**32 if number >= 2**31 else number, architecture, 0xDEAD, *words)
    verdict = _run(program, data)
    kind, value = verdict & 0xFFFF0000, verdict & 0xFFFF
    return {0x7FFF0000: ALLOW, 0x80000000: KILL}.get(kind) or value


def _run(program: list[Instruction], data: bytes) -> int:
    place = accumulator = 0
    while True:
        operation, when_true, when_false, operand = program[place]
        place += 1
        if operation == _RETURN:
            return operand
        if operation == _LOAD:
            (accumulator,) = struct.unpack_from("<I", data, operand)
        else:
            place += when_true if _holds(operation, accumulator, operand) else when_false


def _holds(operation: int, accumulator: int, operand: int) -> bool:
    if operation == _EQUAL:
        return accumulator == operand
    if operation == _AT_LEAST:
        return accumulator >= operand
    if operation == _ANY_BIT:
        return bool(accumulator & operand)
    raise AssertionError(f"no such instruction: {operation:#x}")
