"""Every way in which grading can fail to happen, as one tree.

::

    AutograderError             the sentence a person reads is str(error)
    ├── UsageError              wrong command line, unknown assignment: exit code 2
    ├── CourseError             the course itself is broken (an instructor mends it)
    │   └── LeakError           a release would give a solution away
    ├── RejectedSubmission      a submission that cannot be graded, with every fault found in it
    ├── KernelError             no kernel could be started: nobody's fault but the machine's
    ├── BridgeError             the student's process broke the protocol, or is gone
    │   ├── CallTimeout         it did not answer in time
    │   └── CallCrashed         it died, or answered what is no answer
    ├── FetchError              submissions cannot be fetched from where they are
    └── BusyError               another run holds this course

A failed check is no error: it is a verdict (`autograder.model.Verdict`). All errors survive pickling
with their fields, because they cross process borders.
"""

from __future__ import annotations


class AutograderError(Exception):
    """The root: `str(error)` is one sentence, fit to be shown to a person."""

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.args, dict(self.__dict__)))


def _rebuild(cls: type[AutograderError], args: tuple[object, ...], fields: dict[str, object]) -> AutograderError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(fields)
    return error


class UsageError(AutograderError):
    """The command was given something that does not exist or makes no sense."""


class CourseError(AutograderError):
    """The course is broken: a file is missing, a graded cell has no checks, a record contradicts another."""


class LeakError(CourseError):
    """The release would hold something that students must not see."""


class RejectedSubmission(AutograderError):
    """A submission cannot be graded.

    Args:
        faults: every fault that was found, one sentence each (never empty).
    """

    def __init__(self, *faults: str) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


class KernelError(AutograderError):
    """No kernel could be started on this machine."""


class BridgeError(AutograderError):
    """The process with the student's code broke the protocol or went away."""


class CallTimeout(BridgeError):
    """The student's process did not answer in time.

    Args:
        seconds: the time it was given.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:g} s")
        self.seconds = seconds


class CallCrashed(BridgeError):
    """The student's process died during a call, or what came back was no answer."""


class FetchError(AutograderError):
    """Submissions cannot be fetched: the place that holds them did not answer as it should."""


class BusyError(AutograderError):
    """Another run of the autograder is at work on this course."""
