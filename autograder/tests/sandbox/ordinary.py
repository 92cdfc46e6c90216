"""Runs Python as an ordinary user, on behalf of tests that run as root.

::

    root ── new mount namespace: closed folders on the way to Python and to us are covered, what is needed is bound in
         ── another user ── python -P …

Python often lies below a home folder that others may not enter (/root/.pyenv); a machine whose tests run as root would
otherwise never see the lock that an ordinary user gets. Started as `python -P -m autograder.tests.sandbox.ordinary
ARGUMENT …`; the other user's home folder is `HOME`, as given.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import autograder
from autograder.sandbox import mounts, privileges, system

#: Nobody in particular; not one of those that kernels get.
USER = 61000


def run_as_ordinary_user(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs `python -P <command>` with `home`, which is given to that user, as its home and temporary folder."""
    os.chown(home, USER, USER)
    environment = {"PATH": os.defpath, "HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-P", "-m", __name__, *command],
        env=environment, cwd="/", capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def main() -> None:
    """Becomes that user, then Python with other arguments."""
    system.unshare(system.CLONE_NEWNS)
    system.mount("none", "/", flags=system.MS_REC | system.MS_PRIVATE)
    _open_the_way([*mounts.shown_folders(), str(Path(autograder.__file__).parents[1]), os.environ["HOME"]])
    privileges.become(USER, USER)
    os.chdir("/")
    os.execv(sys.executable, [sys.executable, "-P", *sys.argv[1:]])


def _open_the_way(paths: list[str]) -> None:
    """Binds what lies below folders that others may not enter into empty ones that they may."""
    closed = {path: _closed_folder(Path(path)) for path in paths}
    held = {path: os.open(path, os.O_PATH) for path, above in closed.items() if above}
    for above in mounts.outermost([str(above) for above in closed.values() if above]):
        system.mount("aandacht-test", above, "tmpfs", system.MS_NOSUID, "mode=755,size=1m")
    for path, source in held.items():
        Path(path).mkdir(parents=True, exist_ok=True)
        system.mount(f"/proc/self/fd/{source}", path, flags=system.MS_BIND | system.MS_REC)


def _closed_folder(path: Path) -> Path | None:
    """The first folder on the way to a path that not everybody may pass through."""
    way = [*reversed(path.parents)]
    return next((folder for folder in way if not folder.stat().st_mode & 1), None)


if __name__ == "__main__":
    main()
