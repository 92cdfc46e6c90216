"""What is rehearsed for all kernels leaves nothing to be seen, but speed."""

from __future__ import annotations

import linecache
import random
import re
import threading
from collections.abc import Callable, Iterator

import matplotlib as mpl
import numpy as np
import pytest
import torch
from matplotlib._pylab_helpers import Gcf
from nbformat import NotebookNode

from autograder.bridge import rehearsal
from autograder.launchers import WARM_UP
from autograder.sandbox import lock
from autograder.sandbox.plain import PlainLauncher
from autograder.sandbox.process import Launcher
from autograder.sandbox.warm import WarmLauncher, Zygote
from autograder.tests.notebooks import free, notebook
from autograder.tests.sandbox.kernels import run


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmLauncher]:
    """Starts real kernels in the lock."""
    if not lock.REQUIRED:
        pytest.skip("a lock needs Linux on x86-64 or aarch64")
    launcher = WarmLauncher([WARM_UP])
    yield launcher
    launcher.close()


TRACES: dict[str, Callable[[], object]] = {
    "settings": lambda: dict(mpl.rcParams),
    "figures": lambda: list(Gcf.figs),
    "threads": threading.active_count,
    "random numbers": random.getstate,
    "random numbers of numpy": lambda: repr(np.random.get_state()),
    "random numbers of torch": lambda: torch.get_rng_state().tolist(),
    "device": torch.cuda.is_initialized,
}


@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
def test_a_rehearsal_leaves_no_trace(trace: Callable[[], object]) -> None:
    before = trace()
    rehearsal.rehearse()
    assert trace() == before


def test_the_source_of_a_rehearsal_is_forgotten() -> None:
    rehearsal.fail()
    assert "<rehearsal>" not in linecache.cache


def test_every_scene_comes_off(caplog: pytest.LogCaptureFixture) -> None:
    rehearsal.rehearse()
    assert caplog.text == ""


def test_a_scene_that_fails_costs_no_more_than_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    played: list[str] = []
    monkeypatch.setattr(rehearsal, "draw", lambda: 1 / 0)
    monkeypatch.setattr(rehearsal, "fail", lambda: played.append("fail"))
    rehearsal.rehearse()
    assert played == ["fail"]
    assert "ZeroDivisionError" in caplog.text


LOOKS = (
    "import torch\nprint(torch.is_grad_enabled(), torch.get_num_threads(), torch.get_default_dtype())",
    "import matplotlib\nprint(sorted(matplotlib.rcParams.items()), matplotlib.get_backend())",
    "import matplotlib.pyplot as plt\nprint(plt.get_fignums(), plt.isinteractive())\nplt.figure().number",
    "fig, axes = plt.subplots(figsize=(3, 2), layout='constrained')\n"
    "fig.colorbar(axes.imshow([[1, 2], [3, 4]]))\naxes.set_title('$x^2$')\nplt.show()",
    "def broken(x):\n    return x.missing\n\nbroken(3)",
    "layer = torch.nn.Linear(2, 1, bias=False)\nlayer(torch.ones(1, 2)).sum().backward()\nprint(layer.weight.grad)",
    "import warnings\nwarnings.simplefilter('always')\nwarnings.warn('seen')",
    "import linecache; print(any('rehearsal' in name for name in linecache.cache))",
)


def _shown(launcher: Launcher) -> list[list[NotebookNode]]:
    nb = notebook(*[free(code, f"look-{number}") for number, code in enumerate(LOOKS)])
    run(nb, launcher)
    return [cell.outputs for cell in nb.cells]


@pytest.mark.slow
def test_a_kernel_after_a_rehearsal_shows_what_a_cold_one_shows(warm: WarmLauncher) -> None:
    for one, other in zip(_shown(warm), _shown(PlainLauncher()), strict=True):
        assert _comparable(one) == _comparable(other)


def _comparable(outputs: list[NotebookNode]) -> str:
    """All of it, but for the file that a cell is said to be, which has the process's number in its name."""
    return re.sub(r"/tmp/[^:]*\.py", "cell.py", repr(outputs))


@pytest.mark.slow
def test_a_zygote_has_one_thread_after_the_rehearsal() -> None:
    zygote = Zygote(["torch", "matplotlib.pyplot", WARM_UP])
    zygote.close()
    assert (zygote.facts["missing"], zygote.facts["threads"]) == ([], 1)
