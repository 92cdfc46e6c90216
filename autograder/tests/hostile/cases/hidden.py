"""Code that meets hidden inputs, because checks call it with them, and tries to carry them out."""

from __future__ import annotations

from autograder.tests.hostile.case import ANY, LOST, NOTHING, Case
from autograder.tests.hostile.payload import WRONG, in_mix, in_softmax

_SHOW_INPUTS = "print(x.tolist()); import sys; sys.stderr.write(str(x.tolist())); sys.__stdout__.write(str(x.tolist()))"


_OTHER_WAYS_OUT = """\
import os, sys, zmq
kernel = get_ipython().kernel
KEPT = []
for number in range(0, 64):
    try:
        KEPT.append(os.dup2(number, 900 + number))
    except OSError:
        pass
PARENT = kernel.get_parent()
"""


_USE_THEM = """\
import os, sys, logging
text = str(x.tolist())
for number in KEPT:
    try:
        os.write(number, text.encode())
    except OSError:
        pass
for act in (
    lambda: kernel.session.send(kernel.iopub_socket, "stream", {"name": "stdout", "text": text}, parent=PARENT),
    lambda: get_ipython().display_pub.publish({"text/plain": text}),
    lambda: get_ipython().run_cell("print(" + repr(text) + ")"),
    lambda: logging.getLogger().critical(text),
    lambda: os.system("echo " + text.replace(" ", "") + " > /dev/tty"),
):
    try:
        act()
    except BaseException:
        pass
"""


_STASH = """\
import ctypes, mmap, os, socket, threading
SHARED = mmap.mmap(-1, 65536)
HERE, THERE = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
HEARD = []

def listen():
    while True:
        HEARD.append(HERE.recv(65536))

threading.Thread(target=listen, daemon=True).start()
try:
    MEMORY = os.memfd_create("stash")
except OSError:
    MEMORY = -1
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
place = libc.shmat(libc.shmget(4711, 65536, 0o1777), None, 0)
SEGMENT = (ctypes.c_char * 65536).from_address(place) if place not in (None, 2**64 - 1) else None
PLACES = ["/tmp/stash", os.path.expanduser("~/stash"), "stash", "/dev/shm/stash", "/var/tmp/stash"]

def stash(text):
    SHARED[: len(text)] = text
    if SEGMENT is not None:
        SEGMENT[: len(text)] = text
    for path in PLACES:
        try:
            open(path, "wb").write(text)
        except OSError:
            pass
    try:
        os.pwrite(MEMORY, text, 0)
        THERE.send(text)
    except OSError:
        pass

def stashed():
    found = [bytes(SHARED).rstrip(b"\\0"), *HEARD]
    if SEGMENT is not None:
        found.append(bytes(SEGMENT).rstrip(b"\\0"))
    for path in PLACES:
        try:
            found.append(open(path, "rb").read())
        except OSError:
            pass
    try:
        found.append(os.pread(MEMORY, 65536, 0))
    except OSError:
        pass
    return [each.decode() for each in found if each]
"""


_STASH_INPUTS = "stash(str(x.tolist()).encode())"


_WAIT_AND_TELL = """
if os.fork() == 0:
    import time
    os.setsid()
    while not stashed():
        time.sleep(0.05)
    print(stashed(), flush=True)
    time.sleep(60)
"""


_TELL_STASH = 'import time; time.sleep(0.5); print("stashed:", stashed())'


_RAISE_STASH = "raise RuntimeError('stashed: ' + str(stashed())[:400])"


_WRITE_NOTEBOOK_OF_STASH = "stash(str(x.tolist()).encode()); __import__('time').sleep(1)"


_RAISE_INPUTS = "raise ValueError('inputs: ' + str(x.flatten().tolist()))"


_RAISE_CODED = """\
import base64
raise ValueError("coded:" + base64.b64encode(str(x.flatten().tolist()).encode()).decode())"""


_RAISE_NAMED = """\
raise type("Coded_" + str(x.flatten().tolist()).encode().hex()[:88], (ValueError,), {})()"""


_CATCH_STAND_INS = """\
import builtins
TEXTS, real_compile, real_exec = [], builtins.compile, builtins.exec

def compile(source, *a, **k):
    TEXTS.append(source)
    return real_compile(source, *a, **k)

builtins.compile = compile
"""
_TELL_STAND_INS = "raise RuntimeError(''.join(t for t in TEXTS if isinstance(t, str) and 'dim' + '=dim' in t)[-400:])"

_SECOND_TIME = """\
import os
seen = "/tmp/seen-" + "-".join(map(str, x.shape))
if os.path.exists(seen):
    raise ValueError("inputs: " + str(x.flatten().tolist()))
open(seen, "w").close()
"""

CASES = (
    Case(
        id="secret-6",
        does="shows hidden inputs: prints them in checked functions and returns wrong answers",
        must="N",
        cells={"softmax-code": in_softmax(_SHOW_INPUTS, WRONG), "mix-code": in_mix("x = values\n" + _SHOW_INPUTS)},
        scores=LOST,
        never=("def test_values", "torch.softmax(x, dim=1)"),
    ),
    Case(
        id="secret-7",
        does="sends hidden inputs out by kept files, kernel messages, the log, a terminal",
        must="N",
        cells={"playground": _OTHER_WAYS_OUT, "softmax-code": in_softmax(_USE_THEM)},
        scores={"softmax": (0.0, 4.0), "mix": 2.0},
    ),
    Case(
        id="secret-9",
        does="keeps hidden inputs in files, shared memory, pipes, and prints them in later cells",
        must="N",
        cells={"playground": _STASH, "softmax-code": in_softmax(_STASH_INPUTS), "between": _TELL_STASH},
        more=(("mix", _TELL_STASH), ("plot", _TELL_STASH)),
    ),
    Case(
        id="secret-9b",
        does="keeps hidden inputs of one exercise and raises them in the next",
        must="N",
        cells={
            "playground": _STASH,
            "softmax-code": in_softmax(_STASH_INPUTS),
            "mix-code": in_mix(_RAISE_STASH),
        },
        scores={"softmax": 4.0, "mix": 0.0},
    ),
    Case(
        id="secret-9c",
        does="a daemon waits for hidden inputs of a check and tells the kernel's channels",
        must="N",
        cells={
            "playground": _STASH + _WAIT_AND_TELL,
            "softmax-code": in_softmax(_WRITE_NOTEBOOK_OF_STASH),
        },
        scores=ANY,
        seconds=30,
    ),
    Case(
        id="secret-10",
        does="raises an exception whose text is the hidden inputs",
        must="N",
        cells={"softmax-code": in_softmax(_RAISE_INPUTS), "mix-code": in_mix("x = values\n" + _RAISE_INPUTS)},
        scores=NOTHING,
    ),
    Case(
        id="secret-10b",
        does="raises hidden inputs in disguise: base64 in the text, hexadecimal in the class's name",
        must="N",
        cells={"softmax-code": in_softmax(_RAISE_CODED), "mix-code": in_mix("x = values\n" + _RAISE_NAMED)},
        scores=NOTHING,
    ),
    Case(
        id="secret-14",
        does="answers right when it is asked first, and raises its inputs when it is asked again",
        must="Z",
        cells={"softmax-code": in_softmax(_SECOND_TIME)},
        scores={"softmax": 0.0, "mix": (0.0, 2.0)},
    ),
    Case(
        id="secret-13",
        does="catches the stand-in for an earlier exercise, and raises its text",
        must="N",
        cells={"playground": _CATCH_STAND_INS, "softmax-code": WRONG, "mix-code": in_mix(_TELL_STAND_INS)},
        scores=NOTHING,
        never=("torch.softmax(x, dim=dim)",),
    ),
    Case(
        id="secret-11",
        does="returns hidden inputs as keys, strings and names of classes, for the message to repeat them",
        must="N",
        cells={
            "softmax-code": "def softmax(x, dim=-1):\n    return str(x.flatten().tolist())[:80]",
            "mix-code": "def mix(scores, values):\n    return [str(values.tolist())[:78]], {str(scores.tolist()): 1}",
        },
        scores=NOTHING,
    ),
)
