"""Whole notebooks, graded in real kernels: what students hand in, and what some try."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import psutil
import pytest

from autograder.course import Assignment
from autograder.model import Report, Verdict
from autograder.tests.chain import MIX, SOFTMAX, grade, submission

pytestmark = pytest.mark.usefixtures("nothing_left")

NO_MAXIMUM = "def softmax(x, dim=-1):\n    return torch.exp(x) / torch.exp(x).sum(dim, keepdim=True)"
NAN = "def softmax(x, dim=-1):\n    return x * float('nan')"


def scores(report: Report) -> list[float | None]:
    return [exercise.score for exercise in report.exercises]


def verdicts(report: Report, exercise: int = 0) -> list[Verdict]:
    return [check.verdict for check in report.exercises[exercise].checks]


def test_right_work_gets_full_marks_and_the_plot_is_not_run(chain: Assignment) -> None:
    graded = grade(chain, submission(playground="print('hello')"))
    assert scores(graded.report) == [4.0, 2.0]
    assert graded.report.sandbox == "namespaces"
    assert graded.notebook.cells[1].outputs[0].text == "hello\n"
    assert [cell.id for cell in graded.notebook.cells if cell.get("outputs")] == ["playground"]
    assert Report.from_json(json.loads(json.dumps(graded.report.to_json()))) == graded.report


def test_a_misconception_costs_its_check_and_is_named(chain: Assignment) -> None:
    report = grade(chain, submission(softmax_code=NO_MAXIMUM)).report
    assert scores(report) == [3.0, 2.0]
    large = report.exercises[0].checks[1]
    assert (large.verdict, large.misconception) == (Verdict.FAILED, "no_maximum")
    assert large.explanation.startswith("Your exponentials overflow")
    assert "`softmax(float32 (3, 4), dim=-1)` returned" in large.message
    assert "NaN" in large.message


def test_an_error_costs_its_points_once(chain: Assignment) -> None:
    report = grade(chain, submission(softmax_code=NAN)).report
    assert scores(report) == [0.0, 2.0]
    assert report.exercises[1].with_stand_ins


def test_a_helper_check_alone_earns_nothing(chain: Assignment) -> None:
    report = grade(chain, submission(softmax_code="def softmax(x, dim=-1):\n    return x", mix_code="")).report
    assert verdicts(report) == [Verdict.FAILED, Verdict.FAILED, Verdict.PASSED]
    assert scores(report) == [0.0, 0.0]
    assert "no `mix` in your notebook" in report.exercises[1].checks[0].message


@pytest.mark.parametrize(
    "wrong",
    [
        "torch.zeros(())",
        "torch.zeros(0)",
        "1.0",
        "None",
        "object()",
        "torch.softmax(x, dim).double()",
        "[[x]]",
        "(x,) * 3",
    ],
)
@pytest.mark.slow
def test_what_is_no_answer_fails(chain: Assignment, wrong: str) -> None:
    report = grade(chain, submission(softmax_code=f"def softmax(x, dim=-1):\n    return {wrong}")).report
    assert scores(report) == [0.0, 2.0]
    assert verdicts(report)[0] is Verdict.FAILED


def test_a_wrong_kind_of_result_is_the_students_fault_not_the_graders(chain: Assignment) -> None:
    report = grade(chain, submission(mix_code="def mix(scores, values):\n    return 7")).report
    assert scores(report) == [4.0, 0.0]
    assert verdicts(report, 1) == [Verdict.FAILED]
    assert "returned 7" in report.exercises[1].checks[0].message


def test_a_loop_in_a_function_costs_that_check(chain: Assignment) -> None:
    loop = "def softmax(x, dim=-1):\n    while x.abs().max() > 50: pass\n    return torch.softmax(x, dim)"
    report = grade(chain, submission(softmax_code=loop)).report
    assert verdicts(report) == [Verdict.PASSED, Verdict.TIMEOUT, Verdict.PASSED]
    assert scores(report) == [3.0, 2.0]


def test_a_crash_in_a_function_costs_that_check(chain: Assignment) -> None:
    crash = (
        "import os\ndef softmax(x, dim=-1):\n    if x.abs().max() > 50: os._exit(0)\n    return torch.softmax(x, dim)"
    )
    report = grade(chain, submission(softmax_code=crash)).report
    assert verdicts(report) == [Verdict.PASSED, Verdict.CRASHED, Verdict.PASSED]


@pytest.mark.parametrize("end", ["import os; os._exit(0)", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"])
def test_a_cell_that_ends_the_kernel_is_left_out(chain: Assignment, end: str) -> None:
    report = grade(chain, submission(between=end)).report
    assert scores(report) == [4.0, 2.0]
    assert "`between` ended the kernel" in report.notices[0]


def test_an_endless_cell_is_stopped_and_the_rest_goes_on(chain: Assignment) -> None:
    report = grade(chain, submission(between="while True: pass")).report
    assert scores(report) == [4.0, 2.0]
    assert "`between` was stopped after 6 s" in report.notices[0]


@pytest.mark.slow
def test_an_endless_cell_that_cannot_be_interrupted(chain: Assignment) -> None:
    deaf = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    report = grade(chain, submission(between=deaf)).report
    assert scores(report) == [4.0, 2.0]
    assert "`between` was stopped after 6 s" in report.notices[0]


def test_a_later_cell_changes_nothing_before_it(chain: Assignment) -> None:
    report = grade(chain, submission(mix_code=f"{MIX}\ndef softmax(x, dim=-1): raise ValueError")).report
    assert scores(report)[0] == 4.0
    assert report.exercises[1].with_stand_ins


def test_a_syntax_error_costs_its_exercise(chain: Assignment) -> None:
    report = grade(chain, submission(softmax_code="def softmax(x, dim=-1)\n    return x")).report
    assert scores(report) == [0.0, 2.0]
    assert "There is no `softmax` in your notebook" in report.exercises[0].checks[0].message


def test_an_untouched_stub_says_so(chain: Assignment) -> None:
    stub = 'def softmax(x, dim=-1):\n    raise NotImplementedError("This one is still yours to write.")'
    report = grade(chain, submission(softmax_code=stub)).report
    assert "`softmax` is still the stub" in report.exercises[0].checks[0].message


HOSTILE = {
    "run_cell": "get_ipython().run_cell = lambda *a, **k: None\nget_ipython().showtraceback = lambda *a, **k: None",
    "do_execute": (
        "async def forged(*a, **kw): return {'status': 'ok', 'execution_count': 1}\n"
        "get_ipython().kernel.do_execute = forged"
    ),
    "worker": (
        "import gc\nfor o in gc.get_objects():\n"
        "    if isinstance(o, type) and o.__name__ == 'Worker': o.answer = lambda self, request: None"
    ),
    "oracle": (
        "from autograder.assignments.attention.oracle import attention\n"
        "softmax = lambda x, dim=-1: attention(x, x, x)[1]"
    ),
    "always-equal": "torch.allclose = torch.equal = lambda *a, **k: True\ntorch.Tensor.__eq__ = lambda *a: True",
    "pytest": "import builtins, pytest\npytest.main = lambda *a, **k: 0\nbuiltins.AssertionError = Exception",
    "listener": "import socket, glob, os\nfor path in glob.glob(os.environ['HOME'] + '/../fork-*'): os.unlink(path)",
}


@pytest.mark.parametrize("attack", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.slow
def test_forgeries_earn_nothing(chain: Assignment, attack: str) -> None:
    wrong = f"{attack}\ndef softmax(x, dim=-1): return x * 0"
    report = grade(
        chain, submission(playground=attack, softmax_code=wrong, mix_code="def mix(s, v): return v, s")
    ).report
    assert report.score == 0.0
    assert not report.needs_person


def test_output_is_cut_off(chain: Assignment) -> None:
    graded = grade(chain, submission(playground="for i in range(60): print('x' * 100_000, flush=True)"))
    assert scores(graded.report) == [4.0, 2.0]
    assert any("output of cell `playground` was cut off" in notice for notice in graded.report.notices)


@pytest.mark.slow
def test_a_daemon_does_not_outlive_the_run(chain: Assignment) -> None:
    daemon = "import subprocess\nsubprocess.Popen(['sleep', '600'], start_new_session=True)"
    assert scores(grade(chain, submission(playground=daemon)).report) == [4.0, 2.0]


@pytest.mark.slow
def test_too_much_memory_is_refused(chain: Assignment) -> None:
    hungry = "blocks = []\nwhile True: blocks.append(bytearray(2**28))"
    report = grade(chain, submission(between=hungry)).report
    assert scores(report) == [4.0, 2.0]


@pytest.mark.slow
def test_a_warning_on_stderr_costs_nothing(chain: Assignment) -> None:
    noisy = f"import sys, warnings\n{SOFTMAX}\nprint('careful', file=sys.stderr); warnings.warn('careful')"
    assert scores(grade(chain, submission(softmax_code=noisy)).report) == [4.0, 2.0]


def test_the_same_submission_gets_the_same_report(chain: Assignment, tmp_path: Path) -> None:
    first, second = (grade(chain, submission(softmax_code=NO_MAXIMUM)).report for _ in range(2))
    assert first.exercises == second.exercises


def test_input_does_not_wait_for_anybody(chain: Assignment) -> None:
    graded = grade(chain, submission(playground="input('who is there?')"))
    assert graded.notebook.cells[1].outputs[0].ename == "StdinNotImplementedError"
    assert graded.report.notices == ()


def test_the_grader_cannot_be_imported_beside_student_code(chain: Assignment) -> None:
    graded = grade(chain, submission(playground="import autograder.checks"))
    assert graded.notebook.cells[1].outputs[0].ename == "ModuleNotFoundError"
    assert scores(graded.report) == [4.0, 2.0]


FORGED_REPLY = """k = get_ipython().kernel
k.session.send(k.shell_stream, 'execute_reply', {}, parent=k.get_parent(), ident=k._shell_parent_ident.get())"""
HALF_A_PAIR = """import json
from IPython.display import display
get_ipython().kernel.session.pack = lambda o: json.dumps(o, default=str).encode()
display({'text/plain': '\\ud800'}, raw=True)"""


def test_a_forged_reply_disturbs_nobody(chain: Assignment) -> None:
    report = grade(chain, submission(between=FORGED_REPLY)).report
    assert scores(report) == [4.0, 2.0]


def test_half_a_surrogate_pair_is_not_kept(chain: Assignment) -> None:
    graded = grade(chain, submission(playground=HALF_A_PAIR))
    assert scores(graded.report) == [4.0, 2.0]
    nbformat.writes(graded.notebook).encode()  # type: ignore[no-untyped-call]


def test_an_unhampered_daemon_without_environment_ends_too(chain: Assignment) -> None:
    daemon = (
        "import os\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0: os.execve('/bin/sleep', ['sleep', '613'], {})\n"
        "    os._exit(0)"
    )
    assert scores(grade(chain, submission(playground=daemon)).report) == [4.0, 2.0]
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "613"]]
