"""What only a machine with a GPU can show (`make gpu-checks`). Without one each of these says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import Assignment, Course
from autograder.doctor import examine_gpus
from autograder.exercises import material_of
from autograder.grade import grade_notebook
from autograder.intake import accept, released_notebook
from autograder.launchers import close, launcher_for
from autograder.misconceptions import alternatives_of, misconceptions_of, reference_notebook
from autograder.model import Report, Verdict
from autograder.on_gpu import try_out
from autograder.sandbox import gpu
from autograder.tests.notebooks import answered, as_bytes

pytestmark = [pytest.mark.gpu, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[3]
LESSONS = [lesson.name for lesson in Course(ROOT).lessons]
FINE = {Verdict.PASSED, Verdict.SKIPPED}


@pytest.fixture(autouse=True, scope="module")
def a_gpu() -> Iterator[None]:
    """Skips where there is none, with the reason."""
    if why := gpu.missing():
        pytest.skip(f"there is no GPU to test on: {why}")
    yield
    close()


def graded(assignment: Assignment, sources: dict[str, str], device: str = "cuda") -> Report:
    """The reference's work, with other sources in some cells, as a submission."""
    cells = reference_notebook(assignment).cells
    right = {cell.id: cell.source for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")}
    texts = {name.replace("-", "_"): source for name, source in (right | sources).items()}
    clean = accept(as_bytes(answered(released_notebook(assignment), **texts)), assignment)
    return grade_notebook(clean.notebook, assignment, device=device).report


def verdicts(report: Report) -> dict[tuple[str, str], Verdict]:
    return {(each.grade_id, check.name): check.verdict for each in report.exercises for check in each.checks}


def gpu_exercises(assignment: Assignment) -> set[str]:
    return {name for name, each in material_of(assignment, assignment.version).catalogue.items() if each.gpu}


def test_the_doctor_finds_nothing_amiss() -> None:
    assert [finding for finding in examine_gpus() if not finding.fine] == []


@pytest.mark.parametrize("name", LESSONS)
def test_the_reference_passes_on_the_gpu_what_it_passes_on_the_cpu(name: str) -> None:
    assignment = Course(ROOT).assignment(name)
    here, there = graded(assignment, {}), graded(assignment, {}, device="cpu")
    waiting = {key for key, verdict in verdicts(there).items() if verdict is Verdict.PENDING}
    assert here.notices == ()  # nothing that is right on the CPU failed on the GPU
    assert {key: verdict for key, verdict in verdicts(here).items() if key not in waiting} == {
        key: verdict for key, verdict in verdicts(there).items() if key not in waiting
    }
    assert {verdicts(here)[key] for key in waiting} <= FINE


@pytest.mark.parametrize("name", LESSONS)
def test_what_needs_a_gpu_tells_right_from_wrong_there(name: str) -> None:
    assignment = Course(ROOT).assignment(name)
    exercises, faults = gpu_exercises(assignment), dict[str, set[str]]()
    for right in [each for each in alternatives_of(assignment) if each.exercise in exercises]:
        failed = _failed(graded(assignment, {f"{right.exercise}-code": right.source}), right.exercise)
        faults |= {right.slug: failed} if failed else {}
    for wrong in [each for each in misconceptions_of(assignment) if each.exercise in exercises]:
        failed = _failed(graded(assignment, {f"{wrong.exercise}-code": wrong.source}), wrong.exercise)
        if not wrong.must_fail <= failed or failed - wrong.must_fail - wrong.may_fail:
            faults[wrong.slug] = failed
    assert faults == {}


def _failed(report: Report, exercise: str) -> set[str]:
    found = {name: verdict for (grade_id, name), verdict in verdicts(report).items() if grade_id == exercise}
    return {name for name, verdict in found.items() if verdict not in FINE}


def test_no_cuda_comes_into_the_process_that_kernels_are_forked_from() -> None:
    course = Course(ROOT)
    graded(course.assignment("attention"), {})
    launcher = launcher_for(course)
    maps = [Path(f"/proc/{each.pid}/maps").read_text() for each in launcher._zygotes]  # type: ignore[attr-defined]
    assert maps
    assert not any("libcuda.so" in each for each in maps)


@pytest.mark.parametrize("which", ["its own", "the driver's", "the unified memory's"])
def test_each_device_file_is_needed(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with gpu.hold() as held:
        kinds = dict(zip(["its own", "the driver's", "the unified memory's"], held.devices, strict=True))
        shown = tuple(name for kind, name in kinds.items() if kind != which)
        monkeypatch.setattr(gpu.Gpu, "devices", property(lambda _: shown))
        with pytest.raises(gpu.GpuLost):
            try_out(held, launcher_for(Course(ROOT)))
