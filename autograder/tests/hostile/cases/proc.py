"""Code that does not end alone, or ends others."""

from __future__ import annotations

from autograder.tests.hostile.case import ANY, LOST, Case
from autograder.tests.hostile.payload import ATTEMPT, GUARD, in_mix, in_softmax

_BOMB = (
    GUARD
    + """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
)


_DAEMON = (
    ATTEMPT
    + """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        name_me()
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        os.closerange(0, 1024)
        time.sleep(1000)
    os._exit(0)
subprocess.Popen(["/bin/sh", "-c", "exec -a @MARK@ sleep 1000 || sleep 1000"], start_new_session=True, env={},
                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
"""
)


_KILL = (
    GUARD
    + """
import os, signal
for pid in (os.getppid(), 1, @PID@, -1):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
os.kill(os.getpid(), signal.SIGKILL)
"""
)


_RENICE = (
    GUARD
    + ATTEMPT
    + """
attempt("nice", os.setpriority, os.PRIO_PROCESS, @PID@, 1)
attempt("limit", resource.prlimit, @PID@, resource.RLIMIT_CPU, (1, 1))
attempt("affinity", os.sched_setaffinity, @PID@, {0})
attempt("all of the user's", lambda: must(len([p for p in os.listdir("/proc") if p.isdigit()]) > 9, "only our own"))
attempt("raise own priority", os.setpriority, os.PRIO_PROCESS, 0, -5)
attempt("real time", os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(10))
attempt("raise own limits", resource.setrlimit, resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
attempt("score for the memory killer", lambda: open("/proc/@PID@/oom_score_adj", "w").write("1000"))
"""
)


_KILL_LATER = (
    GUARD
    + ATTEMPT
    + """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        name_me()
        mine = os.getpid()
        while True:
            for name in os.listdir("/proc"):
                if name.isdigit() and int(name) not in (mine, 1):
                    try:
                        if int(name) > mine + 2:  # what was forked since: snapshots, workers
                            os.kill(int(name), signal.SIGKILL)
                    except OSError:
                        pass
            time.sleep(0.02)
    os._exit(0)
"""
)


_STOP_OTHERS = (
    GUARD
    + """
import os, signal
for name in os.listdir("/proc"):
    if name.isdigit() and int(name) != os.getpid():
        try:
            os.kill(int(name), signal.SIGSTOP)
        except OSError:
            pass
"""
)


_THREADS = (
    GUARD
    + """
import threading, time
started = 0
try:
    while started < 50_000:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        started += 1
except BaseException as error:
    print("no more threads:", type(error).__name__)
if started > 10_000:
    print("BRE" + "ACH", started, "threads")
"""
)


#: Never more than two at a time, and never the same: who kills by number comes too late.
_HOPPING = (
    GUARD
    + ATTEMPT
    + """
if os.fork() == 0:
    name_me()
    os.setsid()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if os.fork():
            os._exit(0)
    os._exit(0)
"""
)

CASES = (
    Case(
        id="proc-4",
        does="a fork bomb, in a cell and in a checked function",
        must="Z",
        cells={"playground": _BOMB, "softmax-code": in_softmax(_BOMB)},
        scores=LOST,
        seconds=40,
        needs_lock=True,
    ),
    Case(
        id="proc-5",
        does="leaves setsid daemons that ignore every signal",
        must="N",
        cells={"playground": _DAEMON, "softmax-code": in_softmax(_DAEMON)},
        scores={"softmax": (0.0, 4.0), "mix": 2.0},
    ),
    Case(
        id="proc-6",
        does="kills its parent, the grader, everything, itself; in a cell and in a checked function",
        must="Z",
        cells={"playground": _KILL, "softmax-code": in_softmax(_KILL)},
        scores=LOST,
        says=("`playground` ended the kernel",),
        seconds=25,
        needs_lock=True,
    ),
    Case(
        id="proc-7",
        does="renices and limits siblings, raises its own priority and limits",
        must="N",
        cells={"playground": _RENICE},
        held=8,
        needs_lock=True,
    ),
    Case(
        id="proc-8",
        does="a segmentation fault, in a cell and in a checked function",
        must="Z",
        cells={
            "playground": "import ctypes\nctypes.string_at(0)",
            "softmax-code": in_softmax("import ctypes\nctypes.string_at(0)"),
        },
        scores=LOST,
        says=("`playground` ended the kernel", "No answer came from"),
    ),
    Case(
        id="proc-11",
        does="a double-forked daemon kills whatever is forked after it",
        must="Z",
        cells={"playground": _KILL_LATER},
        scores=ANY,
        seconds=40,
        needs_lock=True,
    ),
    Case(
        id="proc-12",
        does="stops the fork servers, snapshots and all others that it sees with SIGSTOP",
        must="Z",
        cells={"between": _STOP_OTHERS, "mix-code": in_mix(_STOP_OTHERS)},
        scores={"softmax": (0.0, 4.0), "mix": (0.0, 2.0)},
        seconds=40,
        needs_lock=True,
    ),
    Case(
        id="proc-17",
        does="a daemon that forks and exits all the time, so that no kill by number finds it",
        must="Z",
        cells={"playground": _HOPPING, "softmax-code": in_softmax(_HOPPING)},
        scores=ANY,
        seconds=30,
        needs_lock=True,
    ),
    Case(
        id="proc-14",
        does="a thread bomb",
        must="Z",
        cells={"playground": _THREADS},
        scores=ANY,
        seconds=25,
        needs_lock=True,
    ),
    Case(
        id="proc-15",
        does="becomes another program: execv in a cell and in a checked function",
        must="Z",
        cells={
            "playground": "import os\nos.execv('/bin/sleep', ['@MARK@', '1000'])",
            "softmax-code": in_softmax("import os\nos.execv('/bin/sleep', ['@MARK@', '1000'])"),
        },
        scores=LOST,
        seconds=40,
    ),
)
