"""Landlock: what may be read and written, by path, as the kernel itself enforces it; no port, no outsider.

It binds the calling thread and all that it starts from then on, so it is applied before there are threads.
Source: Linux, Documentation/userspace-api/landlock.rst; ABI versions 1 to 7.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

from autograder.sandbox import system

_VERSION_ONLY = 1
_RULE_PATH = 1
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_WRITE_FILE, _TRUNCATE, _IOCTL_DEVICE = 1 << 1, 1 << 14, 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_TCP = 0b11  # bind, connect: since ABI 4
_SCOPES = 0b11  # abstract unix sockets, signals: since ABI 6
#: Rights that may stand in a rule for a plain file; a folder's rule may hold all.
_OF_FILES = _EXECUTE | _READ_FILE | _WRITE_FILE | _TRUNCATE | _IOCTL_DEVICE


def abi() -> int:
    """The version that this kernel offers; 0 when it offers none."""
    try:
        return system.call("landlock_create_ruleset", None, 0, _VERSION_ONLY)
    except OSError:
        return 0


def restrict(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Denies this process everything but reading and running below `readable`, and all below `writable`.

    Returns:
        The ABI that was applied; 0 when this kernel has none, and nothing was done.
    """
    version = abi()
    if not version:
        return 0
    handled = _rights(version)
    ruleset = _ruleset(version, handled)
    try:
        for path in readable:
            _allow(ruleset, path, _READ & handled)
        for path in writable:
            _allow(ruleset, path, handled)
        system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
        system.call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
    return version


def _rights(version: int) -> int:
    """All file rights that an ABI knows: 13 at first, then refer, truncate, and ioctl on devices."""
    return (1 << (13 + (version >= 2) + (version >= 3) + (version >= 5))) - 1


def _ruleset(version: int, handled: int) -> int:
    attributes = struct.pack("<QQQ", handled, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    return system.call("landlock_create_ruleset", ctypes.create_string_buffer(attributes[:size], size), size, 0)


def _allow(ruleset: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights = rights if os.path.isdir(path) else rights & _OF_FILES  # noqa: PTH112 - a string is all there is
        rule = ctypes.create_string_buffer(struct.pack("<Qi", rights, place), 12)
        system.call("landlock_add_rule", ruleset, _RULE_PATH, rule, 0)
    finally:
        os.close(place)
