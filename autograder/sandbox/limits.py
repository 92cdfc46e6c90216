"""How much a submission may use, and the sentence that says which limit struck."""

from __future__ import annotations

from dataclasses import dataclass

OUT_OF_TIME = "Cell `{cell}` was stopped after {seconds:g} s: is there a loop that never ends?"
OUT_OF_MEMORY = "Cell `{cell}` was stopped: your notebook used more than {gigabytes:g} GB of memory."
TOO_MANY_PROCESSES = "Cell `{cell}` was stopped: your notebook started more than {processes} processes."
TOO_MUCH_OUTPUT = "The output of cell `{cell}` was cut off after {megabytes:g} MB."
KERNEL_ENDED = "Cell `{cell}` ended the kernel (a crash, or a call such as os._exit); it was left out."
DISTURBED = "Cell `{cell}` disturbed the messages between your notebook and the grader; it was left out."
NOT_REACHED = "Cell `{cell}` was not run: your notebook had used up its {seconds:g} s."


@dataclass(frozen=True)
class Limits:
    """Limits for one submission; times are wall-clock seconds.

    Attributes:
        cell_seconds: one cell of the notebook.
        call_seconds: one call of a check into student code.
        exercise_seconds: all checks of one exercise, stand-ins included.
        submission_seconds: the whole notebook, checks not included.
        memory_bytes: data segment of one process, and resident memory of all processes together.
        output_bytes: outputs of one cell.
        restarts: how many cells may end the kernel before the rest is left alone.
    """

    cell_seconds: float = 30.0
    call_seconds: float = 8.0
    exercise_seconds: float = 25.0
    submission_seconds: float = 240.0
    memory_bytes: int = 6 * 2**30
    output_bytes: int = 2 * 2**20
    file_bytes: int = 256 * 2**20
    processes: int = 64
    restarts: int = 3

    def rlimits(self) -> dict[str, int]:
        """Resource limits that the kernel sets on itself before any student code is read."""
        return {
            "RLIMIT_DATA": self.memory_bytes,
            "RLIMIT_FSIZE": self.file_bytes,
            "RLIMIT_CPU": int(self.submission_seconds * 4),
            "RLIMIT_NOFILE": 1024,
            "RLIMIT_CORE": 0,
        }
