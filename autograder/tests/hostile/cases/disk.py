"""Code that fills the disk, or leaves on it what is hard to remove."""

from __future__ import annotations

from autograder.tests.hostile.case import ANY, Case
from autograder.tests.hostile.payload import ATTEMPT, GUARD, in_softmax

_FILL_DISK = (
    GUARD
    + """
import os
total = 0
for folder in ("/tmp", os.path.expanduser("~"), ".", "/dev/shm", "/var/tmp", "/run", "/"):
    for number in range(1000):
        try:
            with open(f"{folder}/@MARK@-{number}", "wb", 0) as file:
                for _ in range(4):
                    total += file.write(b"x" * 2**24)
        except OSError as error:
            print("full", folder, error.errno)
            break
        if total > 4 * 2**30:
            print("BRE" + "ACH", total)
            break
"""
)


_MANY_FILES = (
    GUARD
    + """
import os, time
made, folder, until = 0, os.path.expanduser("~"), time.monotonic() + 30
try:
    while made < 1_000_000 and time.monotonic() < until:
        os.mkdir(f"{folder}/{made}")
        for number in range(1000):
            os.close(os.open(f"{folder}/{made}/@MARK@-{number}", os.O_CREAT))
        made += 1000
except OSError as error:
    print("no more files:", error.errno)
if made > 500_000:
    print("BRE" + "ACH", made)
"""
)


_CORE = (
    ATTEMPT
    + """
attempt("allow core dumps", resource.setrlimit, resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
attempt("a sparse terabyte", lambda: os.truncate(open("@MARK@", "wb").name, 2**40))
attempt("a terabyte at once", lambda: os.posix_fallocate(os.open("@MARK@", os.O_RDWR | os.O_CREAT), 0, 2**40))
attempt("seek and write", lambda: os.pwrite(os.open("@MARK@", os.O_RDWR | os.O_CREAT), b"x", 2**40))
if os.fork() == 0:
    name_me()
    os.abort()
os.wait()
attempt("a core", lambda: must(glob.glob("core*") + glob.glob("/tmp/core*") + glob.glob("/var/crash/*@MARK@*"), "none"))
"""
)


_ODD_TREES = """\
import os
for top in (".", "/tmp", os.environ.get("TMPDIR", "."), "/dev/shm"):
    try:
        here = os.open(top, os.O_RDONLY)
        os.mkdir("@MARK@", dir_fd=here)
        here = os.open("@MARK@", os.O_RDONLY, dir_fd=here)
        for _ in range(2000):  # far deeper than a path may be long
            os.mkdir("d" * 200, dir_fd=here)
            below = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        print("deep:", top)
    except OSError as error:
        print(top, error.errno)
    for name in (b"\\xff\\xfe" + b"n" * 253, b"-rf", b"a\\nb", b"\\x1b[31m", b" ", b"\\xe2\\x80\\xae"):
        try:
            os.mkdir(os.path.join(os.fsencode(top), name), 0)
        except OSError:
            pass
    try:
        os.makedirs(top + "/locked/inside")
        open(top + "/locked/inside/file", "w").close()
        os.chmod(top + "/locked/inside", 0)
        os.chmod(top + "/locked", 0)
        os.mkfifo(top + "/fifo", 0)
        os.symlink("/", top + "/root")
        os.symlink("loop", top + "/loop")
        os.chmod(top, 0)
    except OSError:
        pass
"""


CASES = (
    Case(
        id="disk-1",
        does="fills the disk, in a cell and in a checked function",
        must="Z",
        cells={"playground": _FILL_DISK, "softmax-code": in_softmax(_FILL_DISK)},
        scores={"softmax": (0.0, 4.0), "mix": (0.0, 2.0)},
        says=("full /tmp",),
        seconds=30,
        needs_lock=True,
    ),
    Case(
        id="disk-2",
        does="makes a million files",
        must="Z",
        cells={"playground": _MANY_FILES},
        limits={"cell_seconds": 20},
        scores=ANY,
        says=("no more files:",),
        seconds=40,
        needs_lock=True,
    ),
    Case(
        id="disk-3",
        does="dumps core, writes a sparse terabyte",
        must="N",
        cells={"playground": _CORE},
        held=5,
    ),
    Case(
        id="disk-4",
        does="very deep folders, closed folders, names of odd bytes, links to everything",
        must="N",
        cells={"playground": GUARD + _ODD_TREES},
        says=("deep: .",),
        seconds=20,
        needs_lock=True,
    ),
)
