"""The workers that answer the checks of one job: one of them answers several, and no right answer fails for that.

::

    fresh worker ── check ── passed ── put back ── check in company ── passed ── put back ── …
                      │                                   └── anything else: asked again, alone, in a fresh worker
                      └── anything else: final, and the next check gets a fresh worker

A check that was the first in its worker found what the kernel had at the graded cell: its verdict is final. One that
came later found the same as far as the worker can see (`bridge/between.py`), so that it may pass there; it can fail
only alone. A try in company has as much time as one call may take, so that a function which hangs there and not alone
costs little. Neither tries in vain nor the looks between checks take of the student's time; and when they have taken
long, there are no more of them.
"""

from __future__ import annotations

import time
from contextlib import suppress

from autograder.bridge.host import ForkControl, SocketConnection
from autograder.checks.job import Job
from autograder.errors import CallCrashed, CallTimeout

#: Seconds of tries in vain, and of looks between checks, after which each check of the job is asked alone.
MOST_IN_VAIN = 1.0


class Company:
    """Lines to the student's process, one at a time.

    Args:
        job: whose checks they are for.
        control: the line to the fork server.

    Attributes:
        deadline: when the student's time for all checks is over, on the monotonic clock.
        is_alone: whether the check at hand has a worker that answered no other check, or none at all.
    """

    def __init__(self, job: Job, control: ForkControl) -> None:
        self._job, self._control = job, control
        self._line: SocketConnection | None = None
        self._in_vain, self._began = 0.0, 0.0
        self.deadline = time.monotonic() + job.exercise_seconds
        self.is_alone = True

    def begin(self) -> None:
        """A check begins; it may be one that asks for no worker."""
        self._began, self.is_alone = time.monotonic(), True

    def worker(self) -> SocketConnection:
        """A line to the worker for the check that began: the one at hand if it is as it was, else a new one.

        Raises:
            CallTimeout: no time is left. CallCrashed: nobody answers.
        """
        if time.monotonic() > self.deadline:
            raise CallTimeout(self._job.exercise_seconds)
        self.is_alone = not self._is_ready()
        if self.is_alone:
            self.part()
            self._line = self._control.connect(self._job.call_seconds, until=self.deadline)
        assert self._line is not None
        return self._line

    def _is_ready(self) -> bool:
        if self._line is None or self._job.in_place or self._in_vain > MOST_IN_VAIN:
            return False
        try:
            return self._line.renew(min(self.deadline, self._began + self._job.call_seconds))
        except CallTimeout:
            self.stop()
        except CallCrashed:
            pass  # it ended between two checks, with nothing asked of it: the next check gets a worker of its own
        finally:
            self._give_back()
        return False

    def part(self) -> None:
        """Ends the worker at hand."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def stop(self) -> None:
        """Ends whatever still computes."""
        with suppress(CallCrashed):  # student code may have killed its fork server
            self._control.kill_workers()

    def gave_nothing(self) -> None:
        """The check that began has to be asked again, alone."""
        self.part()
        self._give_back()

    def _give_back(self) -> None:
        """What has passed since the check began, or since this was last done, is not the student's time."""
        lost, self._began = time.monotonic() - self._began, time.monotonic()
        self._in_vain += lost
        self.deadline += lost
