"""Code that eats memory of every kind. Each piece stops by itself where nothing else stops it."""

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


#: A page that is only read costs its owner nothing; the table that finds it costs the machine 4 kB.
_PAGE_TABLES = (
    GUARD
    + """
import mmap, time
area = mmap.mmap(-1, 2**40, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, prot=mmap.PROT_READ)
for place in range(0, 2**40, 2**21):
    area[place]
time.sleep(1)
tables = [line for line in open("/proc/self/status") if line.startswith("VmPTE")]
if int(tables[0].split()[1]) > 1_600_000:
    print("BRE" + "ACH", tables)
"""
)


_SOCKET_BUFFERS = (
    GUARD
    + """
import os, socket, time
if os.fork() == 0:
    os.setsid()
    for _ in range(25):
        if os.fork() == 0:
            break
    lines = []
    try:
        while len(lines) < 450:
            pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            for line in pair:
                line.setblocking(False)
                try:
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**22)
                except OSError:
                    pass  # then as large as they are
                try:
                    while line.send(b"x" * 200_000):
                        pass
                except BlockingIOError:
                    pass
            lines.append(pair)
    except OSError:
        pass
    time.sleep(60)
    os._exit(0)
free = lambda: int([line for line in open("/proc/meminfo") if line.startswith("MemAvailable")][0].split()[1]) // 1024
before = free()
time.sleep(10)
print("machine:", before, free())
if before - free() > 2000:
    print("BRE" + "ACH", before - free(), "MB of the machine's memory")
"""
)


_SPLICED = (
    ATTEMPT
    + """
class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

page = mmap.mmap(-1, 4096)
one_byte = Piece(ctypes.addressof(ctypes.c_char.from_buffer(page)), 1)
(reading, writing), (_, target) = os.pipe(), os.pipe()
os.write(writing, b"x")
size = ctypes.c_size_t(1)
attempt("vmsplice", lambda: called(libc.vmsplice(target, ctypes.byref(one_byte), size, 0)))
attempt("tee", lambda: called(libc.tee(reading, target, size, 0)))
with open("@MARK@", "wb") as file:
    file.truncate(2**20)
one, other = socket.socketpair()
with open("@MARK@", "rb") as file:
    attempt("sendfile", os.sendfile, one.fileno(), file.fileno(), 4095, 2)
attempt("splice", lambda: called(libc.splice(reading, None, target, None, size, 0)))
"""
)


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
        id="mem-5",
        does="makes the system keep 2 GB of page tables",
        must="Z",
        cells={"playground": _PAGE_TABLES},
        limits=_TIGHT | {"cell_seconds": 15},
        says=("memory",),
        seconds=25,
        needs_lock=True,
    ),
    Case(
        id="mem-6",
        does="fills the buffers of thousands of unix sockets, which count in no process's memory",
        must="Z",
        cells={"playground": _SOCKET_BUFFERS},
        limits=_TIGHT | {"cell_seconds": 15},
        scores=ANY,
        seconds=30,
        needs_lock=True,
    ),
    Case(
        id="mem-7",
        does="has pipes and sockets keep whole pages of it for one byte each",
        must="N",
        cells={"playground": _SPLICED},
        held=4,
    ),
)
