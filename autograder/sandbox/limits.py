"""How much a submission may use, and the sentence that says which limit struck."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from autograder.errors import UsageError

OUT_OF_TIME = "Cell `{cell}` was stopped after {seconds:g} s: is there a loop that never ends?"
STRUCK = "Cell `{cell}` was stopped: your notebook {reason}."
STRUCK_IN_CHECKS = "While `{exercise}` was checked, your code {reason}; it was stopped there."
STRUCK_ON_GPU = "Your notebook used more than {gigabytes:g} GB of the GPU's memory, and was stopped there."
TOO_MUCH_MEMORY = "used more than {gigabytes:g} GB of memory"
TOO_MANY_PROCESSES = "ran more than {processes} processes at a time"
OUT_OF_PROCESSOR_TIME = "Cell `{cell}` was stopped: your notebook had used {seconds:g} s of processor time."
TOO_MUCH_OUTPUT = "The output of cell `{cell}` was cut off after {megabytes:g} MB."
LOST_OUTPUT = "Output of cell `{cell}` was lost: it put out more than {megabytes:g} MB at once, or broke off its line."
ALL_OUTPUT = "The output of cell `{cell}` was cut off: all cells together had put out {megabytes:g} MB."
OUT_OF_DISK = "Cell `{cell}` filled the disk: {disk:g} MB and {files} files are there for a notebook."
FILE_TOO_LARGE = "Cell `{cell}` wrote a file of more than {file:g} MB, which is not allowed."
REFUSED_MEMORY = "Cell `{cell}` asked for more memory than the {memory:g} GB that a notebook may use."
REFUSED_PROCESS = "Cell `{cell}` could start no more processes or threads: {tasks} are allowed."
REFUSED_FILES = "Cell `{cell}` opened too many files at a time: {open_files} are allowed."
KERNEL_ENDED = "Cell `{cell}` ended the kernel (a crash, or a call such as os._exit); it was left out."
PROCESSES_ENDED = "Cell `{cell}` ended processes that the grader needs; it was left out."
GONE_IN_CHECKS = "Your notebook's process ended, or hung, while it was checked."
TOO_OFTEN = "too many cells or checks ended the kernel, or its time on the GPU was over"
DISTURBED = "Cell `{cell}` disturbed the messages between your notebook and the grader; it was left out."
NOT_REACHED = "Cell `{cell}` was not run: your notebook had used up its {seconds:g} s."


LEAST_MEMORY = 2**30  #: bytes; with less not even the first cell of a notebook would run


@dataclass(frozen=True)
class Limits:
    """Limits for one submission; times are wall-clock seconds.

    Attributes:
        cell_seconds: one cell of the notebook.
        call_seconds: one call of a check into student code.
        exercise_seconds: all checks of one exercise; as much again with secret inputs, and with stand-ins.
        submission_seconds: the whole notebook in all of its runs, checks not included.
        processor_seconds: processor time of one process, in all its threads.
        memory_bytes: data segment of one process, and resident memory of all processes together, with what the system
            keeps for them (page tables, buffers of sockets).
        address_bytes: addresses of one process, used or not: what finds their pages is memory too.
        output_bytes: outputs of one cell.
        all_output_bytes: outputs of the whole notebook.
        file_bytes: one file.
        disk_bytes: the home folder, and as much again /tmp.
        shared_bytes: /dev/shm.
        files: files in each of these places.
        processes: processes at a time; tasks: their threads together; open_files: of one process.
        gpu_bytes: memory of the GPU, however it was asked for.
        gpu_call_seconds: as call_seconds, on a GPU, where first uses and compiling take long.
        gpu_exercise_seconds: as exercise_seconds, on a GPU.
        gpu_submission_seconds: how long a submission may have a GPU to itself; nothing new is begun after that.
        restarts: how many cells may end the kernel before the rest is left alone.
    """

    cell_seconds: float = 30.0
    call_seconds: float = 8.0
    exercise_seconds: float = 25.0
    submission_seconds: float = 240.0
    processor_seconds: int = 900
    memory_bytes: int = 6 * 2**30
    output_bytes: int = 2 * 2**20
    all_output_bytes: int = 20 * 2**20
    file_bytes: int = 256 * 2**20
    disk_bytes: int = 512 * 2**20
    shared_bytes: int = 1024 * 2**20
    files: int = 20_000
    processes: int = 64
    tasks: int = 256
    open_files: int = 512
    address_bytes: int = 128 * 2**30
    gpu_bytes: int = 8 * 2**30
    gpu_call_seconds: float = 60.0
    gpu_exercise_seconds: float = 180.0
    gpu_submission_seconds: float = 900.0
    restarts: int = 3

    def changed(self, values: Mapping[str, float]) -> Limits:
        """These limits with others in some places.

        Raises:
            UsageError: there is no limit of that name, or the value is no positive number.
        """
        known = {name: type(value) for name, value in asdict(self).items()}
        for name, value in values.items():
            if name not in known or not value > 0:
                raise UsageError(f"{name}={value} is no limit; there are: {', '.join(known)}, all of them positive.")
        if values.get("memory_bytes", self.memory_bytes) < LEAST_MEMORY:
            raise UsageError(
                f"memory_bytes={values['memory_bytes']:g} is too little: torch alone needs {LEAST_MEMORY:,}."
            )
        return replace(self, **{name: known[name](value) for name, value in values.items()})

    def in_words(self) -> dict[str, float]:
        """The limits as sentences name them."""
        return {
            "disk": self.disk_bytes / 2**20,
            "files": self.files,
            "file": self.file_bytes / 2**20,
            "memory": self.memory_bytes / 2**30,
            "tasks": self.tasks,
            "open_files": self.open_files,
        }

    def rlimits(self) -> dict[str, int]:
        """Resource limits that the kernel sets on itself before any student code is read."""
        return {
            "RLIMIT_DATA": self.memory_bytes,
            "RLIMIT_AS": self.address_bytes,
            "RLIMIT_FSIZE": self.file_bytes,
            "RLIMIT_CPU": self.processor_seconds,
            "RLIMIT_NPROC": self.tasks,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_MEMLOCK": 2**20,
            "RLIMIT_MSGQUEUE": 0,
            "RLIMIT_SIGPENDING": 1024,
            "RLIMIT_CORE": 1,  # 0 would still start a crash handler that dumps are piped to
        }


def read_limits(texts: Iterable[str]) -> dict[str, float]:
    """Limits as a command line gives them, NAME=VALUE each.

    Raises:
        UsageError: one of them is not of that form.
    """
    limits = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            limits[name] = float(value)
        except ValueError:
            raise UsageError(f"--limit {text}: NAME=VALUE is wanted, for example cell_seconds=60.") from None
    return limits
