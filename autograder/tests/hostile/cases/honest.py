"""Honest work that a lock might break, and a grader that is disturbed."""

from __future__ import annotations

from autograder.tests.hostile import restarts
from autograder.tests.hostile.case import Case

_EVERYDAY = """\
%matplotlib inline
import matplotlib.pyplot as plt
import sys, time, warnings
from torch.utils.data import DataLoader, TensorDataset

data = TensorDataset(torch.arange(64.0).reshape(32, 2))
total = sum(batch.sum().item() for _ in range(2) for (batch,) in DataLoader(data, batch_size=4, num_workers=2))
print("loaded:", total)
!ls -la . > /dev/null && echo "listed: $((1 + 1))"
%timeit -n 2 -r 2 torch.zeros(10).sum()
figure, axes = plt.subplots()
axes.plot([1, 3, 2])
plt.show()
try:
    from tqdm.auto import tqdm
except ImportError:  # the same on stderr, where it is not installed
    def tqdm(items):
        for number, item in enumerate(items):
            sys.stderr.write(f"\\r{number}/{len(items)} |{'#' * number}")
            sys.stderr.flush()
            yield item
for _ in tqdm(list(range(10))):
    time.sleep(0.01)
warnings.warn("only a warning")
print("careful", file=sys.stderr)
"""
_MORE = """\
import multiprocessing, os, pathlib, pickle, subprocess, tempfile, threading
with tempfile.NamedTemporaryFile() as file, open("mine.txt", "w") as mine:
    file.write(b"x")
    mine.write("y")
with multiprocessing.Pool(2) as pool:
    print("pooled:", pool.map(abs, [-1, -2]))
print("asked:", subprocess.run(["python3", "-c", "print(6 * 7)"], capture_output=True, text=True).stdout)
torch.save(torch.nn.Linear(2, 2).state_dict(), "weights.pt")
torch.load("weights.pt")
big = torch.zeros(100 * 2**20)
print("big:", big.numel())
del big
%%time
"""

CASES = (
    Case(
        id="honest-2",
        does="DataLoader(num_workers=2), !ls, %timeit, a figure, tqdm, warnings",
        must="N",
        cells={"playground": _EVERYDAY},
        says=("loaded: 4032.0", "listed: 2", "per loop", "careful", "10"),
        never=("ModuleNotFoundError", "PermissionError", "OSError", "ValueError"),
        seconds=20,
    ),
    Case(
        id="honest-2b",
        does="temporary files, a pool, a subprocess, saved weights, a big but fair tensor",
        must="N",
        cells={"playground": _MORE.replace("%%time\n", ""), "between": "%%time\nx = 1"},
        says=("pooled: [1, 2]", "big: 104857600", "Wall time"),
        never=("ModuleNotFoundError", "PermissionError", "OSError", "ValueError"),
        seconds=20,
    ),
    Case(
        id="honest-3",
        does="the grader is killed (-9) at six moments and started again",
        must="N",
        play=restarts.killed_and_started_again,
        seconds=240,  # eight cold starts
    ),
    Case(
        id="honest-4",
        does="the student resubmits all the time while it is graded",
        must="N",
        play=restarts.resubmitted_meanwhile,
    ),
    Case(
        id="honest-5",
        does="a layer of the lock is missing: what a container refuses is refused",
        must="R",
        play=restarts.a_layer_is_missing,
        seconds=120,
        needs_lock=True,
    ),
)
