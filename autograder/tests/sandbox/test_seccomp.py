"""The filter, run in an interpreter for both machines and, for this one, in the kernel."""

from __future__ import annotations

import errno
import re
import socket
from pathlib import Path

import pytest

from autograder.sandbox import seccomp, system
from autograder.sandbox.seccomp import Instruction, program
from autograder.sandbox.warm import WarmLauncher
from autograder.tests.sandbox.bpf import ALLOW, AUDIT, KILL, answer
from autograder.tests.sandbox.inside import inside

MACHINES = ("x86_64", "aarch64")
HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": (
        "/usr/include/aarch64-linux-gnu/asm/unistd_64.h",
        "/usr/include/aarch64-linux-gnu/asm/unistd.h",
        "/usr/include/asm-generic/unistd.h",
    ),
}
FLAGS = [
    system.CLONE_NEWNS, system.CLONE_NEWCGROUP, system.CLONE_NEWUTS, system.CLONE_NEWIPC,
    system.CLONE_NEWUSER, system.CLONE_NEWPID, system.CLONE_NEWNET,
]  # fmt: skip
#: What Python, torch, DataLoader workers, a shell and a debugger of one's own cannot do without.
NEEDED = {
    "read": (0, 63), "write": (1, 64), "mmap": (9, 222), "mprotect": (10, 226), "ioctl": (16, 29), "execve": (59, 221),
    "exit_group": (231, 94), "wait4": (61, 260), "kill": (62, 129), "futex": (202, 98), "openat": (257, 56),
    "connect": (42, 203), "bind": (49, 200), "sendmsg": (46, 211), "prctl": (157, 167), "prlimit64": (302, 261),
    "getrandom": (318, 278), "rseq": (334, 293), "sched_setaffinity": (203, 122), "pidfd_open": (434, 434),
    "close_range": (436, 436), "faccessat2": (439, 439), "futex_waitv": (449, 449),
}  # fmt: skip


@pytest.fixture(params=MACHINES)
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def answers(machine: str, number: int, *arguments: int) -> str | int:
    return answer(program(machine), number, *arguments, architecture=AUDIT[machine])


def of(machine: str, pair: tuple[int | None, int | None]) -> int | None:
    return pair[MACHINES.index(machine)]


def test_what_is_closed_is_not_permitted(machine: str) -> None:
    numbers = {name: of(machine, pair) for name, pair in seccomp._DENIED.items()}
    found = {name: answers(machine, number) for name, number in numbers.items() if number is not None}
    assert set(found.values()) == {errno.EPERM}
    assert {"ptrace", "unshare", "mount", "bpf", "keyctl", "clock_settime", "memfd_create", "shmget"} <= set(found)


def test_what_callers_fall_back_from_does_not_exist(machine: str) -> None:
    for name, pair in seccomp._UNKNOWN.items():
        assert answers(machine, pair[MACHINES.index(machine)]) == errno.ENOSYS, name


def test_whatever_is_newer_than_the_list_does_not_exist(machine: str) -> None:
    last = seccomp._LAST_KNOWN
    assert answers(machine, last) == ALLOW
    for number in (last + 1, last + 2, 1000, 2**20, 2**31 - 1):
        assert answers(machine, number) == errno.ENOSYS


def test_32_bit_calls_of_a_64_bit_process_do_not_exist() -> None:
    for number in (0, 1, 59, 101, 512, 520, 547):
        assert answers("x86_64", 0x40000000 | number) == errno.ENOSYS
    assert answers("x86_64", 0xFFFFFFFF) == errno.ENOSYS


def test_calls_of_another_architecture_end_the_process(machine: str) -> None:
    for name, architecture in AUDIT.items():
        for number in (0, 1, 102, 2**20):
            expected = KILL if name != machine else answers(machine, number)
            assert answer(program(machine), number, architecture=architecture) == expected


@pytest.mark.parametrize("call", ["_SOCKET", "_SOCKETPAIR"])
def test_sockets_are_unix_sockets(machine: str, call: str) -> None:
    number = getattr(seccomp, call)[MACHINES.index(machine)]
    assert answers(machine, number, socket.AF_UNIX, socket.SOCK_STREAM) == ALLOW
    others = [family for family in range(60) if family != socket.AF_UNIX]
    assert {answers(machine, number, family) for family in others} == {errno.EOPNOTSUPP}
    # The kernel itself looks at 32 bits: what stands above them opens nothing else.
    assert answers(machine, number, 2**32 | 2) == errno.EOPNOTSUPP


def test_a_fork_is_allowed_and_no_namespace(machine: str) -> None:
    number = seccomp._CLONE[MACHINES.index(machine)]
    of_a_fork, of_a_thread = 0x1200011, 0x3D0F00
    assert answers(machine, number, of_a_fork) == answers(machine, number, of_a_thread) == ALLOW
    assert {answers(machine, number, of_a_fork | flag) for flag in FLAGS} == {errno.EPERM}
    assert answers(machine, number, sum(FLAGS)) == errno.EPERM


def test_nobody_types_for_others(machine: str) -> None:
    number = seccomp._IOCTL[MACHINES.index(machine)]
    typing, console, winsize, fionread = 0x5412, 0x541C, 0x5413, 0x541B
    assert {answers(machine, number, 0, order) for order in (typing, console)} == {errno.EPERM}
    assert {answers(machine, number, typing, order) for order in (winsize, fionread, 0x5401)} == {ALLOW}
    assert answers(machine, number, 0, 2**32 | typing) == errno.EPERM


def test_no_socket_gets_a_larger_buffer(machine: str) -> None:
    number = seccomp._SETSOCKOPT[MACHINES.index(machine)]
    larger, reading, credentials = (7, 32, 2**32 | 7), (8, 33), 16
    assert {answers(machine, number, 3, socket.SOL_SOCKET, option) for option in larger} == {errno.EPERM}
    assert {answers(machine, number, 7, 32, option) for option in (*reading, credentials)} == {ALLOW}


def test_what_a_lesson_needs_is_open(machine: str) -> None:
    found = {name: answers(machine, pair[MACHINES.index(machine)], 1) for name, pair in NEEDED.items()}
    assert {name for name, what in found.items() if what != ALLOW} == set()


def test_every_jump_lands_in_the_program(machine: str) -> None:
    instructions = program(machine)
    assert len(instructions) < 4096
    for place, (operation, when_true, when_false, operand) in enumerate(instructions):
        assert 0 <= when_true < 256
        assert 0 <= when_false < 256
        assert 0 <= operand < 2**32
        assert place + 1 + max(when_true, when_false) < len(instructions) or operation == 0x06
    assert instructions[-1][0] == 0x06


def test_no_number_is_closed_twice_or_by_two_names(machine: str) -> None:
    pairs = [*seccomp._DENIED.values(), *seccomp._UNKNOWN.values()]
    numbers = [of(machine, pair) for pair in pairs]
    known = [number for number in numbers if number is not None]
    assert len(known) == len(set(known))
    assert not set(known) & {seccomp._CLONE[0], seccomp._SOCKET[0], seccomp._IOCTL[0]} or machine == "aarch64"


def numbers_of_headers(machine: str) -> dict[str, int]:
    """The calls that the system's headers name; empty where there are none for this machine."""
    text = next((Path(path).read_text() for path in HEADERS[machine] if Path(path).exists()), "")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)
    return {name: int(number) for name, number in found}


def test_the_numbers_are_those_of_the_systems_headers(machine: str) -> None:
    known = numbers_of_headers(machine)
    if not known:
        pytest.skip(f"there are no kernel headers for {machine} here")
    tables: dict[str, tuple[int | None, int | None]] = {
        **seccomp._DENIED, **seccomp._UNKNOWN, **NEEDED, "clone": seccomp._CLONE, "socket": seccomp._SOCKET,
        "socketpair": seccomp._SOCKETPAIR, "setsockopt": seccomp._SETSOCKOPT,
    }  # fmt: skip
    named = {name: of(machine, pair) for name, pair in tables.items()}
    wrong = {name: (number, known[name]) for name, number in named.items() if name in known and number != known[name]}
    assert wrong == {}
    assert len(set(named) & set(known)) > 60
    ours = {**system._EVERYWHERE, **system._NUMBERS[machine]}
    assert {name: known.get(name, number) for name, number in ours.items()} == ours


@pytest.mark.parametrize("number", [(1, 2), (0, 0)])
def test_the_interpreter_itself_can_tell_yes_from_no(number: tuple[int, int]) -> None:
    asked, closed = number
    tiny: list[Instruction] = [(0x20, 0, 0, 0), (0x15, 0, 1, closed), (0x06, 0, 0, 0x50001), (0x06, 0, 0, 0x7FFF0000)]
    assert answer(tiny, asked, architecture=0) == (errno.EPERM if asked == closed else ALLOW)


def test_this_kernel_answers_as_the_interpreter(lean: WarmLauncher) -> None:
    """Every closed call is made for good, with arguments that could harm nobody even if it were open."""
    numbers = {name: of(system.MACHINE, pair) for name, pair in {**seccomp._DENIED, **seccomp._UNKNOWN}.items()}
    asked = {name: number for name, number in numbers.items() if number is not None}
    ask = f"""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
found = {{}}
for name, number in {asked}.items():
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
    found[name] = ctypes.get_errno() if result == -1 else 0
"""
    with inside(lean) as it:
        found = it.do(ask)
    assert found == {name: answers(system.MACHINE, number) for name, number in asked.items()}


def test_a_thread_that_is_there_already_is_bound_as_well(lean: WarmLauncher) -> None:
    ask = """
import ctypes, threading
libc, found = ctypes.CDLL(None, use_errno=True), []
thread = threading.Thread(target=lambda: found.append(libc.unshare(0x10000000)))
thread.start(); thread.join()
"""
    with inside(lean) as it:
        assert it.do(ask) == [-1]
