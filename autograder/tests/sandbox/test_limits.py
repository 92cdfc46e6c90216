"""Limits are set by name, soft and hard, before any student code is read; each has a sentence of its own."""

from __future__ import annotations

import json
import math
import string
import subprocess
import sys
from dataclasses import FrozenInstanceError, asdict

import pytest

from autograder.errors import UsageError
from autograder.sandbox import limits as sentences
from autograder.sandbox.limits import Limits, read_limits
from autograder.sandbox.warm import WarmLauncher
from autograder.tests.sandbox.inside import inside

SHOW = """
import json, resource, sys
from autograder.sandbox.privileges import set_limits
wanted = json.loads(sys.argv[1])
{before}
set_limits(wanted)
print(json.dumps({{name: resource.getrlimit(getattr(resource, name)) for name in wanted}}))
"""


def shown(wanted: dict[str, int], before: str = "") -> dict[str, list[int]]:
    command = [sys.executable, "-c", SHOW.format(before=before), json.dumps(wanted)]
    found: dict[str, list[int]] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found


def test_limits_hold_soft_and_hard() -> None:
    wanted = {name: value for name, value in Limits().rlimits().items() if name != "RLIMIT_NPROC"}
    found = shown(wanted)
    cpu = wanted.pop("RLIMIT_CPU")
    assert found.pop("RLIMIT_CPU") in ([cpu, cpu + 5], [cpu, cpu])  # five seconds between the word and the blow
    assert found == {name: [value, value] for name, value in wanted.items()}


def test_a_lower_limit_of_the_machines_stands() -> None:
    before = "resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500)); resource.setrlimit(resource.RLIMIT_CPU, (9, 9))"
    assert shown({"RLIMIT_FSIZE": 1000, "RLIMIT_CPU": 100}, before) == {
        "RLIMIT_FSIZE": [500, 500],
        "RLIMIT_CPU": [9, 9],
    }


def test_limits_that_a_system_does_not_know_are_passed_by() -> None:
    assert shown({"RLIMIT_CORE": 0}, "set_limits({'RLIMIT_OF_ANOTHER_SYSTEM': 1})") == {"RLIMIT_CORE": [0, 0]}


def test_a_locked_process_has_them_all(lean: WarmLauncher) -> None:
    limits = Limits(memory_bytes=2**30, file_bytes=2**20, processor_seconds=7, tasks=33, open_files=99)
    look = f"import resource; found = {{n: resource.getrlimit(getattr(resource, n)) for n in {list(limits.rlimits())}}}"
    with inside(lean, limits) as it:
        found = it.do(look)
    assert {name: soft for name, (soft, _) in found.items()} == limits.rlimits()
    assert all(hard <= soft + 5 for soft, hard in found.values())


def test_a_locked_process_cannot_raise_them(lean: WarmLauncher) -> None:
    raise_it = (
        "import resource\ntry:\n    resource.setrlimit(resource.RLIMIT_FSIZE, (2**40, 2**40)); found = 'raised'\n"
    )
    raise_it += "except (OSError, ValueError) as error:\n    found = 'refused'"
    with inside(lean) as it:
        assert it.do(raise_it) == "refused"


@pytest.mark.parametrize(
    ("place", "size"), [("/tmp", "disk_bytes"), ("/home/student", "disk_bytes"), ("/dev/shm", "shared_bytes")]
)
def test_every_writable_place_has_a_size_and_a_number_of_files(lean: WarmLauncher, place: str, size: str) -> None:
    fill = f"""
import os
found = []
try:
    for n in range(1000): open(f'{place}/{{n}}', 'w').close()
except OSError as error: found.append(error.errno)
for n in range(1000):
    if os.path.exists(f'{place}/{{n}}'): os.unlink(f'{place}/{{n}}')
try:
    with open('{place}/big', 'wb') as f: f.write(bytes(2**21))
except OSError as error: found.append(error.errno)
"""
    with inside(lean, Limits(files=64).changed({size: 2**20})) as it:
        assert it.do(fill) == [28, 28]


def test_limits_cover_memory_files_time_and_dumps() -> None:
    found = Limits(memory_bytes=2**30, file_bytes=2**20, processor_seconds=10).rlimits()
    assert (found["RLIMIT_DATA"], found["RLIMIT_FSIZE"], found["RLIMIT_CORE"]) == (2**30, 2**20, 1)
    assert found["RLIMIT_CPU"] == 10
    assert all(isinstance(value, int) for value in found.values())


def test_limits_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Limits().call_seconds = 1000.0  # type: ignore[misc]


def test_one_call_fits_into_an_exercise_and_an_exercise_into_a_submission() -> None:
    limits = Limits()
    assert limits.call_seconds < limits.exercise_seconds / 2 < limits.submission_seconds
    assert limits.cell_seconds < limits.submission_seconds < limits.processor_seconds
    assert limits.output_bytes < limits.all_output_bytes
    assert limits.file_bytes <= limits.disk_bytes


def test_limits_are_read_from_a_command_line_and_keep_their_types() -> None:
    changed = Limits().changed(read_limits(["cell_seconds=1.5", "memory_bytes=2e9", "files=7"]))
    assert (changed.cell_seconds, changed.memory_bytes, changed.files) == (1.5, 2 * 10**9, 7)
    assert isinstance(changed.memory_bytes, int)
    assert changed.call_seconds == Limits().call_seconds


@pytest.mark.parametrize("text", ["cell_seconds", "cell_seconds=", "cell_seconds=soon"])
def test_what_is_no_limit_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="NAME=VALUE"):
        read_limits([text])


@pytest.mark.parametrize(
    ("name", "value"), [("cell_second", 1.0), ("files", 0.0), ("files", -1.0), ("files", math.nan)]
)
def test_a_limit_has_a_known_name_and_a_positive_value(name: str, value: float) -> None:
    with pytest.raises(UsageError, match="is no limit"):
        Limits().changed({name: value})


def test_every_sentence_can_be_filled() -> None:
    known = {*Limits().in_words(), "cell", "exercise", "reason", "seconds", "gigabytes", "megabytes", "processes"}
    templates = {name: text for name, text in vars(sentences).items() if name.isupper() and isinstance(text, str)}
    fields = {field for text in templates.values() for _, field, _, _ in string.Formatter().parse(text) if field}
    assert len(set(templates.values())) == len(templates) >= 16
    assert fields <= known


def test_every_limit_is_named_in_the_docstring() -> None:
    words = (Limits.__doc__ or "").replace(":", " ").split()
    assert set(asdict(Limits())) <= set(words)


def test_memory_in_which_nothing_would_start_is_refused() -> None:
    with pytest.raises(UsageError, match="too little"):
        Limits().changed({"memory_bytes": 2**29})
