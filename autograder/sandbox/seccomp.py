"""Seccomp: the system calls that student code may not make, compiled to a filter of the kernel's.

What a lesson needs is open; closed is what reaches past the process: other processes' memory, namespaces
and mounts, kernel modules and keys, clocks, sockets other than unix ones, other buffers for these, shared memory and
pages in pipes that no limit counts, and whatever call is newer than this list.

Sources: Linux, Documentation/userspace-api/seccomp_filter.rst; the numbers from asm/unistd.h.
"""

from __future__ import annotations

import ctypes
import errno
import struct

from autograder.sandbox import system

_SET_MODE_FILTER, _TSYNC = 1, 1
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data; arguments are 8 bytes each

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_LAST_KNOWN = 469  # of Linux 6.18; numbers are the same on all machines from 424 on
_X32 = 0x40000000  # the 32-bit calls of x86-64 stand from here on, so "newer than known" closes them too

#: name: (x86-64, aarch64); None where the machine has no such call.
_DENIED: dict[str, tuple[int | None, int | None]] = {
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    # namespaces, mounts, roots
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "statmount": (457, 457), "listmount": (458, 458), "open_tree_attr": (467, 467),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    # the kernel itself
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "syslog": (103, 116), "acct": (163, 89),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "iopl": (172, None), "ioperm": (173, None),
    "modify_ldt": (154, None), "lookup_dcookie": (212, 18), "nfsservctl": (180, 42), "vhangup": (153, 58),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "sethostname": (170, 161),
    "setdomainname": (171, 162), "personality": (135, 92), "migrate_pages": (256, 238), "move_pages": (279, 239),
    "lsm_set_self_attr": (460, 460),
    # clocks
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266),
    # memory and queues that no limit of ours counts
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "shmat": (30, 196),
    "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    # a few bytes of each page, for which pipes and sockets keep all of it
    "splice": (275, 76), "tee": (276, 77), "vmsplice": (278, 75), "sendfile": (40, 71),
}  # fmt: skip

#: Answered as if the kernel were too old for them: callers then fall back.
_UNKNOWN: dict[str, tuple[int, int]] = {
    "clone3": (435, 435),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
}
_CLONE, _SOCKET, _SOCKETPAIR, _SETSOCKOPT, _IOCTL = (56, 220), (41, 198), (53, 199), (54, 208), (16, 29)
_NEW_NAMESPACES = (
    system.CLONE_NEWNS | system.CLONE_NEWCGROUP | system.CLONE_NEWUTS | system.CLONE_NEWIPC
    | system.CLONE_NEWUSER | system.CLONE_NEWPID | system.CLONE_NEWNET
)  # fmt: skip
_AF_UNIX = 1
_SO_SNDBUF, _SO_SNDBUFFORCE = 7, 32
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C

Instruction = tuple[int, int, int, int]  # operation, steps ahead when true, when false, operand


def restrict() -> None:
    """Closes the calls above for this process, all its threads and all that it starts.

    Raises:
        OSError: the kernel has no seccomp, or the process may still gain privileges.
    """
    instructions = program(system.MACHINE)
    code = b"".join(struct.pack("<HBBI", *instruction) for instruction in instructions)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(instructions), ctypes.addressof(buffer)))
    system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
    system.call("seccomp", _SET_MODE_FILTER, _TSYNC, header)


def program(machine: str) -> list[Instruction]:
    """The filter for a machine: checks the architecture, then one comparison for each closed call."""
    column = list(_AUDIT).index(machine)
    typing_for_others = [(_EQUAL, 1, 0, _TIOCSTI), (_EQUAL, 0, 1, _TIOCLINUX), _error(errno.EPERM)]
    other_buffers = [(_EQUAL, 1, 0, _SO_SNDBUF), (_EQUAL, 0, 1, _SO_SNDBUFFORCE), _error(errno.EPERM)]
    body = [
        *_when_number_is(_CLONE[column], [(_ANY_BIT, 0, 1, _NEW_NAMESPACES), _error(errno.EPERM)]),
        # EAFNOSUPPORT would abort libzmq; this number it takes for "not here".
        *_when_number_is(_SOCKET[column], [(_EQUAL, 1, 0, _AF_UNIX), _error(errno.EOPNOTSUPP)]),
        *_when_number_is(_SOCKETPAIR[column], [(_EQUAL, 1, 0, _AF_UNIX), _error(errno.EOPNOTSUPP)]),
        *_when_number_is(_SETSOCKOPT[column], other_buffers, argument=2),
        *_when_number_is(_IOCTL[column], typing_for_others, argument=1),
        (_AT_LEAST, 0, 1, _LAST_KNOWN + 1),
        _error(errno.ENOSYS),
    ]
    for numbers, code in ((_DENIED, errno.EPERM), (_UNKNOWN, errno.ENOSYS)):
        for pair in numbers.values():
            number = pair[column]
            if number is not None:
                body += [(_EQUAL, 0, 1, number), _error(code)]
    head: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _AUDIT[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    return [*head, *body, (_RETURN, 0, 0, _ALLOW)]


def _when_number_is(number: int, then: list[Instruction], argument: int = 0) -> list[Instruction]:
    """Looks at the low half of an argument of one call, and allows the call when `then` falls through."""
    inner: list[Instruction] = [(_LOAD, 0, 0, _ARGUMENT + 8 * argument), *then, (_RETURN, 0, 0, _ALLOW)]
    return [(_EQUAL, 0, len(inner), number), *inner]


def _error(code: int) -> Instruction:
    return (_RETURN, 0, 0, _ERRNO | code)
