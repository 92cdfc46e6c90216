"""The lock costs honest work nothing: the same marks and the same outputs inside as outside."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.grade import Graded, grade_notebook
from autograder.intake import accept
from autograder.misconceptions import reference_notebook
from autograder.model import Verdict
from autograder.sandbox.limits import Limits
from autograder.tests.chain import submission
from autograder.tests.notebooks import as_bytes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

COURSE = Course.find(Path(__file__).parent)
#: As in a course, with time for a busy machine.
GENEROUS = Limits(cell_seconds=90, call_seconds=30, exercise_seconds=90)

DATA_LOADER = """\
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.arange(40.0).reshape(20, 2)), batch_size=4, num_workers=2)
print(sum(batch[0].sum() for batch in loader))"""
CHILDREN = """\
import multiprocessing, os
with multiprocessing.Pool(2) as pool:
    print(pool.map(abs, [-1, 2]), flush=True)
if os.fork() == 0:
    print("from a child", flush=True)
    os._exit(0)
os.wait()
import time
time.sleep(0.5)"""
ASYNC = """\
import asyncio
process = await asyncio.create_subprocess_shell("echo sub", stdout=asyncio.subprocess.PIPE)
print((await process.communicate())[0])"""
FILES = """\
import tempfile
from pathlib import Path
Path("notes.txt").write_text("kept")
with tempfile.NamedTemporaryFile() as file:
    torch.save({"a": torch.ones(2)}, file.name)
    print(torch.load(file.name), Path("notes.txt").read_text())"""

#: What a student may well do: a cell, and words that its outputs must hold.
CELLS = {
    "DataLoader with two workers": (DATA_LOADER, "tensor(780.)"),
    "!ls": ("!ls -d /usr\nnames = !echo one two\nprint(names)", "['one two']"),
    "%timeit": ("%timeit -n 2 -r 2 torch.ones(4).sum()", "per loop"),
    "%matplotlib inline": (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        "image/png",
    ),
    "a figure without asking": ("import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\nfigure", "image/png"),
    "tqdm": ("from tqdm import tqdm\nfor step in tqdm(range(3), desc='steps'):\n    pass", "steps"),
    "a large tensor": ("x = torch.ones(150_000_000)\nprint((x * 2).sum())", "3.0000e+08"),
    "warnings": ("import warnings, sys\nwarnings.warn('careful')\nprint('aside', file=sys.stderr)", "aside"),
    "output from below Python": ("import os\nos.system('echo below; echo beside >&2')", "beside"),
    "children": (CHILDREN, "from a child"),
    "threads": (
        "import concurrent.futures as futures\nprint(list(futures.ThreadPoolExecutor(4).map(abs, [-3])))",
        "[3]",
    ),
    "subprocesses of asyncio": (ASYNC, "b'sub\\n'"),
    "files": (FILES, "kept"),
    "the course's Python": ("!python -c 'import torch, sys; print(sys.version_info[0])'", "3"),
    "who am I": ("import getpass, pathlib\nprint(getpass.getuser(), pathlib.Path.home().is_dir())", "student True"),
    "memory and processors": (
        "import os, psutil\nprint(os.cpu_count() > 0, psutil.virtual_memory().total > 0)",
        "True True",
    ),
}


def graded(assignment: Assignment, notebook: NotebookNode, *, unsafe: bool) -> Graded:
    clean = accept(as_bytes(notebook), assignment)
    return grade_notebook(clean.notebook, assignment, limits=GENEROUS, unsafe=unsafe)


@pytest.mark.parametrize("unsafe", [False, True], ids=["locked", "not locked"])
@pytest.mark.parametrize("name", CELLS)
def test_what_a_student_may_well_do(chain: Assignment, name: str, unsafe: bool) -> None:
    source, words = CELLS[name]
    done = graded(chain, submission(playground=source), unsafe=unsafe)
    outputs = done.notebook.cells[1].outputs
    assert not [output for output in outputs if output.output_type == "error"]
    assert words in repr(outputs).replace("\\\\", "\\")
    assert (done.report.score, done.report.notices) == (6.0, ())


def test_compiled_functions(chain: Assignment) -> None:
    if not (shutil.which("g++") and shutil.which("gcc")):
        pytest.skip("torch.compile needs a C++ compiler (Debian: apt install g++), and there is none here")
    source = "double = torch.compile(lambda x: x * 2 + 1)\nprint(double(torch.ones(3)))"
    done = graded(chain, submission(playground=source), unsafe=False)
    assert "tensor([3., 3., 3.])" in repr(done.notebook.cells[1].outputs)
    assert (done.report.score, done.report.notices) == (6.0, ())


@pytest.mark.parametrize("assignment", COURSE.lessons, ids=lambda assignment: assignment.name)
def test_every_reference_gets_full_marks_inside_as_outside(assignment: Assignment) -> None:
    inside, outside = (graded(assignment, reference_notebook(assignment), unsafe=unsafe) for unsafe in (False, True))
    assert inside.report.sandbox == "namespaces"
    assert outside.report.sandbox == "off"
    judged = [one for one in inside.report.exercises if one.state is not Verdict.PENDING]  # the others need a GPU
    everything = sum(exercise.max_score for exercise in judged)  # a bonus comes on top of max_score
    assert inside.report.score == outside.report.score == everything >= inside.report.max_score
    assert inside.report.exercises == outside.report.exercises
    assert inside.report.notices == outside.report.notices == ()
