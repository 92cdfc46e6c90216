"""Makes the system refuse a call to this process and all that it starts, as a container does."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

#: The calls that the lock is made of: their numbers on x86-64 and on aarch64.
CALLS = {"unshare": (272, 97), "mount": (165, 40), "seccomp": (317, 277), "pivot_root": (155, 41)}

_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06  # <linux/bpf_common.h>: BPF_LD+W+ABS, BPF_JMP+JEQ+K, BPF_RET+K
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000  # <linux/seccomp.h>
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2  # <linux/prctl.h>


def refuse(call: str) -> None:
    """From here on the call fails with EPERM.

    Raises:
        OSError: no filter may be set here.
    """
    number = CALLS[call][platform.machine() == "aarch64"]
    instructions = (
        (_LOAD, 0, 0, 0),
        (_EQUAL, 0, 1, number),
        (_RETURN, 0, 0, _ERROR | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    )
    code = b"".join(struct.pack("HBBI", *each) for each in instructions)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxQ", len(instructions), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if libc.prctl(_SET_SECCOMP, _FILTER, program, 0, 0):
        raise OSError(ctypes.get_errno(), "no filter could be set")
