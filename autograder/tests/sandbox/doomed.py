"""A grader with a kernel, to be killed: `python -m autograder.tests.sandbox.doomed` tells its processes and waits."""

from __future__ import annotations

import json
import sys
import time

import psutil

from autograder.tests.sandbox.inside import inside, lean_launcher, until

#: A child, a daemon (two forks and a session of its own), and this process itself.
_DAEMON = """\
import os, signal, time
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        time.sleep(3600)
    time.sleep(3600)
"""


def main() -> None:
    """Starts a kernel in which a daemon runs, and waits to be killed."""
    with lean_launcher() as launcher, inside(launcher) as it:
        it.do(_DAEMON)
        assert until(lambda: len(it.process.family()) == 3)
        sys.stdout.write(json.dumps([each.pid for each in psutil.Process().children(recursive=True)]) + "\n")
        sys.stdout.flush()
        time.sleep(3600)


if __name__ == "__main__":
    main()
