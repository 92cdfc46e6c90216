"""No CUDA in the zygote, whatever is kept warm there: no fork of a process that asked CUDA can use a GPU any more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from autograder.launchers import GPU_MODULES, WARM_UP
from autograder.sandbox.environment import environment
from autograder.sandbox.warm import _ALWAYS, _zygote_environment

#: As if torch were built with CUDA, and asking CUDA would be seen.
_IMPORTS = """\
import sys
import torch
from autograder.sandbox.zygote import _import

def asked(*_):
    print("CUDA was asked")
    return 0

torch.cuda._is_compiled = lambda: True
torch._C._cuda_getDeviceCount = torch._C._cuda_getCurrentRawStream = asked
assert not torch.cuda.is_available()
assert _import(sys.argv[1:]) == []
import torch._inductor.config
print(torch._inductor.config.compile_threads, "process for compiling")
"""


def _warmed_up(variables: dict[str, str]) -> list[str]:
    """What is seen while a zygote with this environment imports what is kept warm."""
    run = subprocess.run(
        [sys.executable, "-c", _IMPORTS, *_ALWAYS, WARM_UP, *GPU_MODULES],
        env={**variables, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.splitlines()


def test_what_is_kept_warm_is_imported_without_asking_cuda() -> None:
    assert _warmed_up(_zygote_environment()) == ["1 process for compiling"]


def test_that_test_can_fail() -> None:
    assert "CUDA was asked" in _warmed_up(environment("/", "/tmp"))
