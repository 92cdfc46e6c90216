"""Code that eats the machine: memory of every kind, the disk, files.

Each piece stops by itself where nothing else stops it.
"""

from __future__ import annotations

from autograder.tests.hostile.case import ANY, LOST, Case
from autograder.tests.hostile.payload import ATTEMPT, GUARD, in_softmax

_TIGHT = {"memory_bytes": 3 * 2**29}
_MOST = 6 * 2**30  # bytes after which a piece stops and says that nothing stopped it

_ALLOCATE = (
    GUARD
    + f"""
import os
held, size = [], 0
while size < {_MOST}:
    held.append(bytearray(os.urandom(1)) * 2**26)
    size += 2**26
print("BRE" + "ACH", size)
"""
)
_HUNDRED_GB = "import torch\nbig = torch.empty(100 * 2**30, dtype=torch.uint8)\nbig.fill_(1)"

_SHARED = (
    ATTEMPT
    + GUARD
    + f"""
def fill(write, most={_MOST}):
    size, piece = 0, b"x" * 2**24
    while size < most:
        write(piece, size)
        size += len(piece)
    print("BRE" + "ACH", size)

def memfd():
    number = os.memfd_create("@MARK@")
    fill(lambda piece, at: os.pwrite(number, piece, at))

def many_memfds():
    numbers = []
    def write(piece, at):
        numbers.append(os.memfd_create("@MARK@"))
        os.pwrite(numbers[-1], piece, 0)
    fill(write)

def files(folder):
    def write(piece, at):
        with open(f"{{folder}}/@MARK@-{{at}}", "wb") as file:
            file.write(piece)
    fill(write)

def mapped():
    area = mmap.mmap(-1, {_MOST})
    def write(piece, at):
        area[at : at + len(piece)] = piece
    fill(write)

def segment():
    libc.shmat.restype = ctypes.c_void_p
    libc.shmget.argtypes = (ctypes.c_int, ctypes.c_size_t, ctypes.c_int)
    libc.shmat.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
    def write(piece, at):
        place = libc.shmat(called(libc.shmget(4711 + at % 89, len(piece), 0o3600)), None, 0)
        ctypes.memmove(place, piece, len(piece))
    fill(write)
"""
)


def _shared(what: str) -> str:
    return _SHARED + f"\n{what}\n"


_FAMILY = (
    GUARD
    + """
import os, time
for _ in range(40):
    if os.fork() == 0:
        held = bytearray(b"x") * (150 * 2**20)
        time.sleep(20)
        os._exit(0)
time.sleep(3.5)
print("BRE" + "ACH: forty times 150 MB at once")
"""
)
_PIPES = (
    ATTEMPT
    + """
import fcntl
size = 0

def pipe():
    reading, writing = os.pipe()
    fcntl.fcntl(writing, 1031, 2**20)  # F_SETPIPE_SZ
    os.set_blocking(writing, False)
    return os.write(writing, b"x" * 2**20)

try:
    while size < 3 * 2**30:
        size += pipe()
    print("BRE" + "ACH", size)
except OSError as error:
    print("held pipes", error)
"""
)
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
        id="mem-1",
        does="allocates 100 GB, at once and bit by bit, in a cell and in a checked function",
        must="Z",
        cells={"playground": _HUNDRED_GB, "between": _ALLOCATE, "softmax-code": in_softmax(_ALLOCATE)},
        scores=LOST,
        limits=_TIGHT,
        seconds=30,
        needs_lock=True,
    ),
    *(
        Case(
            id=name,
            does=f"eats memory that is no heap: {words}",
            must="Z",
            cells={"playground": _shared(what), "softmax-code": in_softmax(_shared(what))},
            scores={"softmax": (0.0, 4.0), "mix": 2.0},
            limits=_TIGHT,
            seconds=30,
            needs_lock=True,
        )
        for name, words, what in (
            ("mem-2", "memfd", "memfd()"),
            ("mem-2b", "many memfds", "many_memfds()"),
            ("mem-2c", "/dev/shm", "files('/dev/shm')"),
            ("mem-2d", "a shared mapping", "mapped()"),
            ("mem-2e", "System V segments", "segment()"),
        )
    ),
    Case(
        id="mem-3",
        does="forty processes of 150 MB each",
        must="Z",
        cells={"playground": _FAMILY},
        limits=_TIGHT,
        says=("memory",),
        seconds=25,
        needs_lock=True,
    ),
    Case(
        id="mem-4",
        does="fills pipes, which count in no process's memory",
        must="Z",
        cells={"playground": _PIPES},
        held=1,
    ),
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
