"""Pieces of student code that several cases use.

A cell's text stands in the feedback page. So what must never be found there is put together only when it runs:
BREACH (an attempt succeeded) and LEAK (something secret follows).
"""

from __future__ import annotations

from autograder.tests.chain import MIX, SOFTMAX

WRONG = "def softmax(x, dim=-1):\n    return x"
WRONG_MIX = "def mix(scores, values):\n    return values[0], scores"

BREACH = "BREACH"  #: printed by an attempt that succeeded
LEAK = "LEAK"  #: printed before something secret

#: `attempt("what", function)` prints "held what" when the function raises, and BREACH when it does not.
ATTEMPT = """\
import ctypes, glob, mmap, os, pathlib, resource, signal, socket, stat, struct, subprocess, sys, threading, time

def attempt(what, act, *arguments):
    try:
        got = act(*arguments)
    except BaseException as error:
        print("held", what, type(error).__name__, flush=True)
    else:
        print("BRE" + "ACH", what, str(got)[:200], flush=True)

def must(succeeded, why="refused"):
    if not succeeded:
        raise PermissionError(why)
    return succeeded

libc = ctypes.CDLL(None, use_errno=True)

def called(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

def name_me():
    libc.prctl(15, b"@MARK@")
"""

#: Stops where student code shares the machine's processes: what follows would harm them.
GUARD = """\
import os
if os.readlink("/proc/self/ns/pid") == "@PIDNS@":
    raise SystemExit("not locked in: not tried")
"""

#: `say(bytes)` writes on the line to the judge; `reply` frames a value as an answer to the very request that is
#: being answered, nonce and all: both are found in the frames above a checked function.
LINE = """\
import json, msgspec, os, struct, sys, time
above = sys._getframe()
while "nonce" not in above.f_locals:
    above = above.f_back
nonce, line, messages = above.f_locals["nonce"], above.f_locals["connection"], above.f_globals["messages"]

def say(data):
    try:
        line.sendall(data)
    except OSError:
        pass

def frame(body):
    return messages.frame(nonce, body)

def reply(value):
    return frame(msgspec.msgpack.encode({"type": "returned", "value": value}))

def tensor(header, data=b""):
    if not isinstance(header, bytes):
        header = json.dumps(header).encode()
    return {"type": "tensor", "data": struct.pack("<Q", len(header)) + header + data, "order": []}
"""


def indented(source: str, spaces: int = 4) -> str:
    """The source as the body of a function."""
    return "\n".join(" " * spaces + line if line else line for line in source.splitlines())


def in_softmax(source: str, then: str = SOFTMAX) -> str:
    """A `softmax` that does this first, each time it is called, and then what `then` (a definition) does."""
    return _wrapped("softmax", "x, dim=-1", "x, dim", source, then)


def in_mix(source: str, then: str = MIX) -> str:
    """The same for `mix`."""
    return _wrapped("mix", "scores, values", "scores, values", source, then)


def _wrapped(name: str, parameters: str, arguments: str, source: str, then: str) -> str:
    body = f"def {name}({parameters}):\n{indented(source)}\n    return rest_of_{name}({arguments})"
    return f"{then}\n\nrest_of_{name} = {name}\n\n{body}"
