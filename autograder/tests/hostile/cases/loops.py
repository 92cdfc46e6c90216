"""Code that does not end."""

from __future__ import annotations

from autograder.tests.hostile.case import FULL, LOST, Case
from autograder.tests.hostile.payload import in_softmax

_LOOP = "step = 0\nwhile step < 10:\n    loss = step * 0.9"


_STUBBORN = """\
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""


_IN_C = "import ctypes\nctypes.PyDLL(None).sleep(1000)"  # a PyDLL keeps Python's lock while it waits


_TRAPS = """\
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""


_AT_EXIT = """\
import atexit, signal, threading, time

def hang():
    while True:
        time.sleep(1)

class Clinging:
    def __del__(self):
        hang()

atexit.register(hang)
signal.signal(signal.SIGTERM, lambda *a: hang())
threading.Thread(target=hang, daemon=False).start()
cling = Clinging()
"""


_WAITS = """\
import sys
try:
    input("name? ")
except Exception as error:
    print("asked:", type(error).__name__)
sys.stdin.read()
open("/dev/stdin").read()
"""


CASES = (
    Case(
        id="proc-1",
        does="an endless loop in a cell, and in a checked function",
        must="Z",
        cells={"playground": _LOOP, "softmax-code": in_softmax("while True:\n    pass")},
        scores=LOST,
        says=("stopped after 4 s", "loop that never ends"),
        seconds=30,
    ),
    Case(
        id="proc-2",
        does="endless loops that ignore SIGINT, in Python and in C",
        must="Z",
        cells={"playground": _STUBBORN, "between": _IN_C, "softmax-code": in_softmax(_IN_C)},
        scores=LOST,
        says=("stopped after 4 s",),
        seconds=45,
    ),
    Case(
        id="proc-3",
        does="sleeps just under the cell limit in a hundred cells",
        must="Z",
        more=tuple(("softmax", "import time\ntime.sleep(1.5)") for _ in range(100)),
        limits={"cell_seconds": 2, "submission_seconds": 8},
        scores={"softmax": 4.0, "mix": 0.0},
        says=("used up its 8 s",),
        seconds=30,
    ),
    Case(
        id="proc-9",
        does="stops itself: SIGSTOP in a cell and in a checked function",
        must="Z",
        cells={
            "playground": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
            "softmax-code": in_softmax("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
        },
        scores=LOST,
        says=("stopped after 4 s",),
        seconds=30,
    ),
    Case(
        id="proc-10",
        does="hangs in atexit, in __del__, in a thread that is no daemon, at SIGTERM",
        must="N",
        cells={"playground": _AT_EXIT},
    ),
    Case(
        id="proc-13",
        does="ignores and blocks every signal, then loops",
        must="Z",
        cells={"playground": _TRAPS, "softmax-code": in_softmax(_TRAPS)},
        scores=LOST,
        says=("stopped after 4 s",),
        seconds=30,
    ),
    Case(
        id="proc-16",
        does="waits for somebody to type",
        must="N",
        cells={"playground": _WAITS},
        scores=FULL,
        says=("asked:",),
    ),
)
