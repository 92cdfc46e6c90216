"""The file system that student code sees: a new root with the Python installation and nothing of the course.

::

    /                      tmpfs, read-only
    ├── usr bin lib … etc  the machine's programs and libraries, read-only; of /etc a few files
    ├── <Python's prefixes>    at their own paths, read-only; a package of ours in them is covered
    ├── proc               fresh: this PID namespace only
    ├── dev                null zero full random urandom, pts, shm (tmpfs); the device files of one GPU where it is lent
    ├── tmp                tmpfs
    └── home/student       tmpfs; the kernel's home and working folder
"""

from __future__ import annotations

import os
import site
import stat
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox import system

HOME = "/home/student"
TEMPORARY = "/tmp"  # noqa: S108 - the sandbox's own
NAME = "student"

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32", "/sys/devices/system/cpu")
_ETC = ("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types", "fonts")
_NOT_SHOWN = ("/usr/local/share/nbgrader", "/usr/local/etc")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_SECRETIVE = ("kcore", "keys", "key-users", "kmsg", "sysrq-trigger", "timer_list", "sched_debug", "kallsyms")
_SAFE = system.MS_NOSUID | system.MS_NODEV


@dataclass(frozen=True)
class Sizes:
    """Bytes of the three writable places, and how many files each of them may hold."""

    work: int
    temporary: int
    shared: int
    files: int


def shown_folders() -> list[str]:
    """What of this machine is shown, read-only; a folder inside another one of them is left out."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    user_site = site.getusersitepackages()
    prefixes |= {user_site} if user_site in sys.path else set()
    prefixes |= {str(Path(path).resolve()) for path in prefixes}
    return outermost([*_SYSTEM, *sorted(prefixes)])


def outermost(paths: list[str]) -> list[str]:
    """The existing ones of some paths that lie in no other one of them."""
    found = [path for path in dict.fromkeys(paths) if os.path.lexists(path)]
    return [path for path in found if not any(path != other and Path(path).is_relative_to(other) for other in found)]


def covered_folders() -> list[str]:
    """What an installation holds that is not for students: our checks, others' work in the exchange, settings."""
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), site.getusersitepackages()}
    for shown in shown_folders():
        places |= {str(path) for path in Path(shown).glob("lib/python3*/*-packages")}
        places |= {str(path) for path in Path(shown).glob("local/lib/python3*/*-packages")}
    found = {f"{place}/autograder" for place in places} | set(_NOT_SHOWN) | {f"{sys.prefix}/etc/jupyter"}
    return sorted(path for path in found if os.path.isdir(path))  # noqa: PTH112


def build(sizes: Sizes, uid: int, gid: int, more_devices: Sequence[str] = ()) -> None:
    """Makes the new root and moves into it; needs a mount namespace of its own.

    Args:
        more_devices: device files to show besides the five, by their names below /dev: those of a GPU.

    Raises:
        OSError: a mount is refused; the text names it.
    """
    system.mount("none", "/", flags=system.MS_REC | system.MS_PRIVATE)
    root = "/tmp"  # noqa: S108 - covered by the new root in this namespace alone; nothing is written to the real one
    shown, covered = shown_folders(), covered_folders()
    # What lies below the covered place is still needed as a source: hold it open before it disappears.
    sources = {path: os.open(path, os.O_PATH) for path in shown if not os.path.islink(path)}  # noqa: PTH114
    etc = {name: os.open(f"/etc/{name}", os.O_PATH) for name in _ETC if os.path.exists(f"/etc/{name}")}  # noqa: PTH110
    devices = {name: os.open(f"/dev/{name}", os.O_PATH) for name in (*_DEVICES, *more_devices)}
    links = {path: os.readlink(path) for path in shown if path not in sources}  # noqa: PTH115
    system.mount("aandacht", root, "tmpfs", _SAFE, "size=1m,nr_inodes=1024,mode=755")
    # These first: an installation may lie below them.
    _make_writable(f"{root}{TEMPORARY}", sizes.temporary, sizes.files)
    _make_writable(f"{root}{HOME}", sizes.work, sizes.files)
    for path, target in links.items():
        _make_parents(root + path)
        os.symlink(target, root + path)  # noqa: PTH211
    for path, source in sources.items():
        _show(source, root + path)
    for path in covered:
        if os.path.isdir(root + path):  # noqa: PTH112
            system.mount("aandacht", root + path, "tmpfs", _SAFE | system.MS_RDONLY, "size=4k,mode=755")
    _make_etc(root, etc, uid, gid)
    _make_proc(root)
    _make_devices(root, devices, sizes)
    for held in (*sources.values(), *etc.values(), *devices.values()):
        os.close(held)
    system.pivot_root(root)
    system.mount("none", "/", flags=system.MS_REMOUNT | system.MS_BIND | system.MS_RDONLY | _SAFE)


def _make_parents(path: str) -> None:
    Path(path).parent.mkdir(mode=0o755, parents=True, exist_ok=True)


def _show(source: int, target: str) -> None:
    """Binds what a descriptor stands for, read-only."""
    _make_parents(target)
    if stat.S_ISDIR(os.fstat(source).st_mode):
        Path(target).mkdir(exist_ok=True)
    else:
        Path(target).touch()
    system.mount(f"/proc/self/fd/{source}", target, flags=system.MS_BIND | system.MS_REC)
    system.make_read_only(target)


def _make_etc(root: str, shown: dict[str, int], uid: int, gid: int) -> None:
    for name, source in shown.items():
        _show(source, f"{root}/etc/{name}")
    Path(f"{root}/etc").mkdir(exist_ok=True)
    Path(f"{root}/etc/passwd").write_text(f"{NAME}:x:{uid}:{gid}:{NAME}:{HOME}:/bin/sh\n")
    Path(f"{root}/etc/group").write_text(f"{NAME}:x:{gid}:\n")
    Path(f"{root}/etc/hosts").write_text("127.0.0.1 localhost\n")


def _make_proc(root: str) -> None:
    Path(f"{root}/proc").mkdir()
    system.mount("proc", f"{root}/proc", "proc", _SAFE | system.MS_NOEXEC)
    for name in _SECRETIVE:
        if os.path.exists(f"{root}/proc/{name}"):  # noqa: PTH110
            system.mount("/dev/null", f"{root}/proc/{name}", flags=system.MS_BIND)


def _make_devices(root: str, devices: dict[str, int], sizes: Sizes) -> None:
    folder = Path(f"{root}/dev")
    folder.mkdir()
    for name, source in devices.items():
        (folder / name).touch()
        system.mount(f"/proc/self/fd/{source}", str(folder / name), flags=system.MS_BIND)
    for name, target in {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}.items():
        (folder / name).symlink_to(target)
    (folder / "ptmx").symlink_to("pts/ptmx")
    (folder / "pts").mkdir()
    options = "newinstance,ptmxmode=0666,mode=620,max=16"
    system.mount("devpts", str(folder / "pts"), "devpts", system.MS_NOSUID | system.MS_NOEXEC, options)
    _make_writable(str(folder / "shm"), sizes.shared, sizes.files)


def _make_writable(path: str, size: int, files: int) -> None:
    Path(path).mkdir(parents=True, exist_ok=True)
    system.mount("aandacht", path, "tmpfs", _SAFE, f"size={size},nr_inodes={files},mode=1777")
