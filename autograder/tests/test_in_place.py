"""Whole notebooks, checked in their own kernels as on a GPU: the make-believe one, against the processor's verdicts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

import pytest
from nbformat import NotebookNode

from autograder.checks.sentences import OTHER_INPUTS
from autograder.course import Assignment
from autograder.exercises import Checker
from autograder.grade import run_blocking
from autograder.intake import accept
from autograder.launchers import KERNEL, launcher_for
from autograder.model import ExerciseResult, Verdict
from autograder.on_gpu import check_on_gpu
from autograder.sandbox.limits import Limits
from autograder.tests.chain import QUICK, SOFTMAX, grade, submission
from autograder.tests.notebooks import as_bytes

pytestmark = pytest.mark.usefixtures("nothing_left")

NO_MAXIMUM = "def softmax(x, dim=-1):\n    return torch.exp(x) / torch.exp(x).sum(dim, keepdim=True)"
NAN = "def softmax(x, dim=-1):\n    return x * float('nan')"
IN_PLACE = "def softmax(x, dim=-1):\n    x -= x.amax(dim, keepdim=True)\n    return x.softmax(dim)"
RAISES = "def softmax(x, dim=-1):\n    if x.abs().max() > 50: raise ValueError('too large')\n    return x.softmax(dim)"
LEAVES = "import os\ndef softmax(x, dim=-1):\n    if x.abs().max() > 50: os._exit(0)\n    return torch.softmax(x, dim)"
LOOPS = "def softmax(x, dim=-1):\n    while x.abs().max() > 50: pass\n    return torch.softmax(x, dim)"
ALWAYS_LEAVES = "import os\ndef softmax(x, dim=-1):\n    os._exit(0)"
ON_CPU = "def softmax(x, dim=-1):\n    return torch.softmax(x, dim) * torch.ones(x.shape)"


@dataclass(frozen=True)
class Checked:
    """What came of a notebook."""

    exercises: tuple[ExerciseResult, ...]
    notices: list[str]
    notebook: NotebookNode

    @property
    def scores(self) -> list[float | None]:
        return [exercise.score for exercise in self.exercises]

    @property
    def verdicts(self) -> list[Verdict]:
        """Those of the first exercise."""
        return [check.verdict for check in self.exercises[0].checks]


def there(assignment: Assignment, notebook: NotebookNode, limits: Limits = QUICK) -> Checked:
    """All exercises in place, on the make-believe device, whether they need one or not."""
    clean = accept(as_bytes(notebook), assignment)
    checker, launcher = Checker(assignment, "impostor", limits, in_place=True), launcher_for(assignment.course)
    names = list(checker.material.catalogue)
    work = check_on_gpu(clean.notebook, checker, launcher, KERNEL, frozenset(names), frozenset())
    results, notices = run_blocking(work)
    return Checked(tuple(results[name] for name in names), notices, clean.notebook)


def here(assignment: Assignment, notebook: NotebookNode) -> tuple[ExerciseResult, ...]:
    """The results of everywhere: in forks, on the processor."""
    return grade(assignment, notebook).report.exercises


WORK = {
    "right": {},
    "wrong": {"softmax_code": NAN},
    "partly wrong": {"softmax_code": NO_MAXIMUM},
    "changes its input": {"softmax_code": IN_PLACE},
    "raises": {"softmax_code": RAISES},
    "missing": {"mix_code": ""},
    "no answer": {"mix_code": "def mix(scores, values):\n    return 7"},
    "leaves": {"softmax_code": LEAVES},
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in ("right", "raises") else pytest.mark.slow) for name in WORK]
)
def test_every_check_says_what_it_says_on_the_processor(chain: Assignment, name: str) -> None:
    notebook = submission(**WORK[name])
    checked = there(chain, notebook)
    assert checked.exercises == here(chain, notebook)
    assert checked.notices == []


@pytest.mark.slow
def test_a_loop_costs_its_check_alone(chain: Assignment) -> None:
    checked = there(chain, submission(softmax_code=LOOPS))
    assert checked.verdicts == [Verdict.PASSED, Verdict.TIMEOUT, Verdict.PASSED]
    assert "did not come back" in checked.exercises[0].checks[1].message
    assert checked.scores == [3.0, 2.0]


def test_what_works_on_the_processor_alone_fails(chain: Assignment) -> None:
    checked = there(chain, submission(softmax_code=ON_CPU))
    assert checked.scores == [0.0, 2.0]
    assert "found at least two devices" in checked.exercises[0].checks[0].message
    assert checked.exercises[1].with_stand_ins  # an error costs its points once


def test_a_misconception_is_named(chain: Assignment) -> None:
    large = there(chain, submission(softmax_code=NO_MAXIMUM)).exercises[0].checks[1]
    assert (large.verdict, large.misconception) == (Verdict.FAILED, "no_maximum")


def test_who_has_had_the_gpu_for_too_long_gets_no_more_of_it(chain: Assignment) -> None:
    checked = there(chain, submission(), replace(QUICK, gpu_submission_seconds=0.001))
    assert {check.verdict for exercise in checked.exercises for check in exercise.checks} == {Verdict.CRASHED}
    assert "its time on the GPU was over" in checked.exercises[0].checks[0].message
    assert checked.scores == [0.0, 0.0]


def test_what_is_only_compared_takes_no_turn_from_what_earns_points(chain: Assignment) -> None:
    notebook = accept(as_bytes(submission(softmax_code=ALWAYS_LEAVES)), chain).notebook
    checker = Checker(chain, "impostor", replace(QUICK, restarts=1), in_place=True)
    work = check_on_gpu(
        notebook, checker, launcher_for(chain.course), KERNEL, frozenset({"mix"}), frozenset({"softmax"})
    )
    results, _ = run_blocking(work)
    assert results["mix"].with_stand_ins  # its own chain leads through softmax
    assert results["mix"].score == 2.0
    assert {check.verdict for check in results["softmax"].checks} == {Verdict.CRASHED}


# A check that ends the process, or leaves nothing in it usable, costs itself.


def test_the_outputs_are_those_of_the_first_kernel(chain: Assignment) -> None:
    count = "import os\nprint(f'process {os.getpid()}')"
    graded = there(chain, submission(playground=count, softmax_code=LEAVES, between="print('between')"))
    shown = {cell.id: cell.outputs for cell in graded.notebook.cells if cell.get("outputs")}
    assert set(shown) == {"playground", "between"}
    assert [len(outputs) for outputs in shown.values()] == [1, 1]
    assert shown["between"][0].text == "between\n"
    assert graded.verdicts == [Verdict.PASSED, Verdict.CRASHED, Verdict.PASSED]
    assert graded.scores == [3.0, 2.0]


def test_a_check_that_spoils_the_process_for_others_costs_itself(chain: Assignment) -> None:
    spoils = f"""{SOFTMAX}
right = softmax
def softmax(x, dim=-1):
    if x.abs().max() > 50:
        import os
        os.kill(os.getpid(), 9)  # as what cannot use its GPU any more ends
    return right(x, dim)"""
    report = there(chain, submission(softmax_code=spoils))
    assert report.verdicts == [Verdict.PASSED, Verdict.CRASHED, Verdict.PASSED]
    assert report.scores == [3.0, 2.0]


def test_a_name_that_a_check_replaced_is_there_for_the_next_one(chain: Assignment) -> None:
    forgets = f"""{SOFTMAX}
right = softmax
def softmax(x, dim=-1):
    global right
    return (right(x, dim), globals().pop("right"))[0]"""
    assert there(chain, submission(softmax_code=forgets)).scores == [4.0, 2.0]


def test_a_cell_that_ends_the_kernel_is_left_out(chain: Assignment) -> None:
    report = there(chain, submission(between="import os; os._exit(0)"))
    assert report.scores == [4.0, 2.0]
    assert len(report.notices) == 1
    assert "`between` ended the kernel" in report.notices[0]


@pytest.mark.slow
def test_an_endless_cell_is_stopped(chain: Assignment) -> None:
    report = there(chain, submission(between="while True: pass"), replace(QUICK, cell_seconds=2))
    assert report.scores == [4.0, 2.0]
    assert any("`between` was stopped after 2 s" in notice for notice in report.notices)


@pytest.mark.slow
def test_where_every_check_ends_the_kernel_the_rest_has_crashed_and_gets_no_points(chain: Assignment) -> None:
    leaves = "def softmax(x, dim=-1):\n    import os; os._exit(3)"
    report = there(chain, submission(softmax_code=leaves), replace(QUICK, restarts=1))
    assert set(report.verdicts) == {Verdict.CRASHED}
    assert report.scores[0] == 0.0
    assert "too many cells or checks ended the kernel" in " ".join(
        check.message for check in report.exercises[0].checks
    )


# Secrets


TELLS = "def softmax(x, dim=-1):\n    raise ValueError(f'number {float(x.flatten()[0]):.4f}')"
FICKLE = """def softmax(x, dim=-1):
    number = f"{float(x.flatten()[0]):.4f}"
    print("secret", number)
    if number not in KNOWN:
        raise ValueError(f"secret {number}")
    return torch.softmax(x, dim)"""


def test_what_passes_with_open_inputs_alone_fails_and_no_word_of_it_is_repeated(chain: Assignment) -> None:
    told = there(chain, submission(softmax_code=TELLS)).exercises[0].checks
    numbers = [re.findall(r"number (-?[\d.]+)", check.message)[0] for check in told]
    assert len(set(numbers)) == 3
    fickle = f"KNOWN = {numbers}\n{FICKLE}"
    graded = there(chain, submission(softmax_code=fickle, between=f"softmax(torch.full((1,), {numbers[0]}))"))
    assert [check.message for check in graded.exercises[0].checks] == [OTHER_INPUTS] * 3
    assert set(graded.verdicts) == {Verdict.FAILED}
    said = json.dumps([cell.get("outputs") for cell in graded.notebook.cells])
    assert set(re.findall(r"secret (-?[\d.]+)", said)) == {numbers[0]}
    assert "secret" not in repr(graded.exercises)
