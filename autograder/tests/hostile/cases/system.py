"""Calls to the system that nobody's homework needs; clocks."""

from __future__ import annotations

from autograder.tests.hostile.case import LOST, Case
from autograder.tests.hostile.payload import ATTEMPT, GUARD, in_softmax

#: name: number on x86-64, number on aarch64, arguments that would do no harm but be allowed.
_CALLS = (
    GUARD
    + ATTEMPT
    + """
import platform
column = {"x86_64": 1, "aarch64": 2}[platform.machine()]
libc.syscall.restype = ctypes.c_long
place = ctypes.create_string_buffer(b"/tmp")
room = ctypes.create_string_buffer(4096)
table = (
    ("unshare user", 272, 97, 0x10000000), ("unshare mount", 272, 97, 0x20000), ("unshare net", 272, 97, 0x40000000),
    ("mount", 165, 40, place, place, place, 0, None), ("umount", 166, 39, place, 2),
    ("pivot_root", 155, 41, place, place), ("chroot", 161, 51, place), ("ptrace", 101, 117, 0, 0, 0, 0),
    ("bpf", 321, 280, 0, room, 72), ("keyctl", 250, 219, 0, -3, 1), ("add_key", 248, 217, b"user", b"k", b"v", 1, -3),
    ("io_uring_setup", 425, 425, 8, room), ("userfaultfd", 323, 282, 1),
    ("perf_event_open", 298, 241, room, 0, -1, -1, 0), ("setns", 308, 268, 0, 0),
    ("init_module", 175, 105, room, 0, place), ("kexec_load", 246, 104, 0, 0, None, 0),
    ("swapon", 167, 224, place, 0), ("open_by_handle_at", 304, 265, -100, room, 0),
    ("name_to_handle_at", 303, 264, -100, place, room, room, 0),
    ("process_vm_writev", 311, 271, 1, room, 1, room, 1, 0), ("personality", 135, 92, 0x0040000),
    ("acct", 163, 89, place), ("syslog", 103, 116, 3, room, 10), ("quotactl", 179, 60, 0, None, 0, room),
    ("fanotify_init", 300, 262, 0, 0), ("settimeofday", 164, 170, room, None), ("clock_settime", 227, 112, 0, room),
    ("sethostname", 170, 161, b"x", 1),
    ("move_pages", 279, 239, 1, 1, room, room, room, 0), ("mbind", 237, 235, room, 1, 9, None, 0, 0),
    ("open_tree", 428, 428, -100, place, 1), ("fsopen", 430, 430, b"tmpfs", 0),
    ("move_mount", 429, 429, -100, place, -100, place, 0), ("memfd_secret", 447, 447, 0),
    ("clone new user", 56, 220, 0x10000000 | 17, None, None, None, None), ("clone3", 435, 435, room, 64),
    ("mknod", 259, 33, -100, b"/tmp/null", 0o20666, 0x103), ("vhangup", 153, 58), ("pidfd_getfd", 438, 438, 0, 0, 0),
)
for name, *numbers in table:
    attempt(name, lambda: called(libc.syscall(ctypes.c_long(numbers[column - 1]), *(
        ctypes.c_long(each) if isinstance(each, int) else each for each in numbers[2:]))))
attempt("ioperm", lambda: called(libc.ioperm(0x80, 1, 1)) if hasattr(libc, "ioperm") else must(False))
attempt("write to a terminal", lambda: __import__("fcntl").ioctl(os.open("/dev/tty", os.O_RDWR), 0x5412, b"x"))
attempt("a 32-bit call", lambda: must(os.path.exists("/proc/sys/abi/ldt16"), "not tried"))
"""
)

_PRIVILEGES = (
    GUARD
    + ATTEMPT
    + """
status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
for field in ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"):
    attempt(field, lambda: must(int(status[field], 16), "none"))
attempt("new privileges", lambda: must(status["NoNewPrivs"].strip() == "0", "none"))
attempt("no filter", lambda: must(status["Seccomp"].strip() == "0", "filtered"))
attempt("setuid", os.setuid, 0)
attempt("setgroups", os.setgroups, [0])
attempt("su", lambda: subprocess.run(["su", "-c", "true"], check=True, stdin=subprocess.DEVNULL, timeout=3))
attempt("sudo", lambda: subprocess.run(["sudo", "-n", "true"], check=True, timeout=3))
attempt("a setuid file of our own", lambda: must(
    subprocess.run(["cp", "/bin/sleep", "s"]) and not os.chmod("s", 0o4755) and os.stat("s").st_uid == 0, "not root's"))
for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger",
             "/proc/self/uid_map", "/sys/kernel/uevent_helper", "/sys/fs/cgroup/cgroup.procs",
             "/proc/1/oom_score_adj", "/proc/sys/vm/drop_caches", "/proc/kcore"):
    attempt("write " + path, lambda: os.write(os.open(path, os.O_RDWR), b"0 0 1"))
for path in ("/proc/kallsyms", "/proc/timer_list", "/proc/keys"):
    attempt("read " + path, lambda: must(open(path).read(), "empty"))
for path in ("/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/nvme0n1", "/dev/fuse",
             "/dev/kvm", "/dev/net/tun", "/dev/loop-control", "/dev/mapper/control", "/dev/vsock", "/dev/userfaultfd"):
    attempt("open " + path, lambda: os.close(os.open(path, os.O_RDONLY)))
for path, kind in (("n1", stat.S_IFCHR), ("n2", stat.S_IFBLK), ("/dev/n3", stat.S_IFCHR)):
    attempt("mknod " + path, os.mknod, path, kind | 0o666, os.makedev(1, 1))
for path in ("/etc/shadow", "/root/.ssh/id_rsa", "/root/.bash_history", "/root/.netrc", "/var/log/syslog", "/boot/x"):
    attempt("read " + path, lambda: open(path).read())
"""
)

_CLOCK = (
    GUARD
    + ATTEMPT
    + """
attempt("clock_settime", time.clock_settime, time.CLOCK_REALTIME, 0)
attempt("date", lambda: subprocess.run(["date", "-s", "2000-01-01"], check=True, capture_output=True))
attempt("rtc", lambda: os.open("/dev/rtc0", os.O_RDWR))
attempt("timens", lambda: called(libc.unshare(0x80)))
"""
)
_STOPPED_CLOCK = """\
import asyncio, time
time.monotonic = time.time = time.perf_counter = time.process_time = lambda: 0.0
asyncio.BaseEventLoop.time = lambda self: 0.0
while True:
    pass
"""

CASES = (
    Case(
        id="sys-1",
        does="unshare, mount, ptrace, bpf, keys, io_uring, userfaultfd, perf and some thirty more",
        must="N",
        cells={"playground": _CALLS},
        held=43,
        needs_lock=True,
    ),
    Case(
        id="sys-2",
        does="capabilities, setuid programs, /proc/sys, devices, files of the system",
        must="N",
        cells={"playground": _PRIVILEGES},
        held=47,
        needs_lock=True,
    ),
    Case(
        id="time-1",
        does="sets the clock",
        must="N",
        cells={"playground": _CLOCK},
        held=4,
        needs_lock=True,
    ),
    Case(
        id="time-2",
        does="stops the clocks of its own Python, and loops",
        must="Z",
        cells={"playground": _STOPPED_CLOCK, "softmax-code": in_softmax(_STOPPED_CLOCK)},
        scores=LOST,
        says=("stopped after 4 s",),
        seconds=30,
    ),
)
