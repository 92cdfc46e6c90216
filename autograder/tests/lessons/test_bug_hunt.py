"""The bank of bugs: each is caught by its own check alone, each trains happily, and any six can be planted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch
from click.testing import CliRunner

from autograder.assignments.variants import bugs
from autograder.assignments.variants.bank import BANK, BY_NAME, SIX
from autograder.assignments.variants.bug import Bug
from autograder.assignments.variants.planted import PLANTED
from autograder.assignments.variants.sites import LOOK_AT, PROBES
from autograder.assignments.variants.suspect import IN_OTHER_WORDS, SUSPECT, method, methods
from autograder.checks.compare import CheckFailed
from autograder.checks.draw import Draw, derive
from autograder.checks.local import local_student, namespace_of
from autograder.course import Course
from autograder.nbgrader_adapters.leakgate import find_leaks
from autograder.tests.lessons.run import ROOT, read_lesson

IMPORTS = "import math, random\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
each_bug = pytest.mark.parametrize("bug", BANK, ids=[bug.name for bug in BANK])


def caught_in(source: str) -> set[str]:
    """The sites whose check fails for a model of the last class in this source."""
    kind = "Other" if "class Other" in source else "Suspect"
    namespace = namespace_of(f"{IMPORTS}{source}\n\ndef mended():\n    return {kind}\n")
    found = set()
    for site, look_at in LOOK_AT.items():
        student = local_student(namespace)
        student.define(PROBES)
        try:
            look_at(student, Draw(derive(b"", site)))
        except CheckFailed:
            found.add(site)
    return found


def namespace_with(planted: list[Bug], *cells: str) -> dict[str, Any]:
    """What the suspect with these bugs, and these cells of the lesson, define."""
    wanted = {cell.id: cell.source for cell in read_lesson("source", "variants").cells}
    setup = wanted["setup"].replace("import matplotlib.pyplot as plt\n", "")
    return namespace_of("\n\n".join([setup, bugs.suspect(planted), *(wanted[cell] for cell in cells)]))


def test_the_bank_is_large_enough_and_sound() -> None:
    assert len(BANK) >= 12
    assert len(BY_NAME) == len(BANK)
    assert {bug.site for bug in BANK} == set(methods(SUSPECT)) == set(methods(IN_OTHER_WORDS)) == set(LOOK_AT)
    for bug in BANK:
        assert method(SUSPECT, bug.site).count(bug.right) == 1, bug.name
        assert bug.right != bug.wrong


@pytest.mark.parametrize("source", [SUSPECT, f"{SUSPECT}\n\n{IN_OTHER_WORDS}"], ids=["as it stands", "in other words"])
def test_a_sound_model_passes_every_check(source: str) -> None:
    assert caught_in(source) == set()


@each_bug
def test_a_bug_alone_fails_its_own_check_and_no_other(bug: Bug) -> None:
    assert caught_in(bugs.suspect([bug])) == {bug.site}


@each_bug
def test_the_lessons_own_questions_find_it(bug: Bug) -> None:
    found = namespace_with([bug], "examination")
    assert found["examine"](found["Suspect"])


def test_the_lessons_own_questions_find_nothing_in_a_sound_model() -> None:
    found = namespace_with([], "examination")
    assert found["examine"](found["Suspect"]) == []


@each_bug
def test_its_line_does_not_catch_the_eye(bug: Bug) -> None:
    """Comments stay in their columns, and no line grows beyond the others."""
    before, after = SUSPECT.rstrip("\n").split("\n"), bugs.suspect([bug]).split("\n")
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    old, new = changed[0]
    assert old.find("  # ") == new.find("  # ")
    assert len(new) <= 120


@pytest.mark.slow
@each_bug
def test_it_trains_happily(bug: Bug) -> None:
    found = namespace_with([bug], "bug-task")
    torch.manual_seed(0)
    losses = found["train_on_copies"](found["Suspect"](12, 32, 4, 2, rate=0.05), 60)
    assert all(loss == loss for loss in losses), "nan would give it away"
    assert sum(losses[-10:]) < sum(losses[:10]) * 0.9


def test_six_are_drawn_and_no_two_in_one_method() -> None:
    draws = [bugs.draw(seed) for seed in range(200)]
    assert all(len({bug.site for bug in six}) == SIX for six in draws)
    assert {bug for six in draws for bug in six} == set(BANK)
    assert bugs.draw(7) == draws[7]


def test_the_files_hold_what_is_planted() -> None:
    assert len(PLANTED) == SIX
    assert bugs.faults() == []


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of all that planting writes to."""
    for part in ("source/variants", "autograder/assignments/variants"):
        shutil.copytree(ROOT / part, tmp_path / part)
    return tmp_path


@pytest.mark.parametrize("seed", range(3))
def test_another_draw_is_planted_whole(course: Path, seed: int) -> None:
    six = bugs.draw(seed)
    bugs.plant(six, course)
    files = bugs.files_of(six, course)
    assert {path: path.read_text() for path in files} == files
    assert bugs.leftovers(files, course) == []
    path = course / "source/variants/variants.ipynb"
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(path.read_text())["cells"]}
    solved = namespace_of(f"{IMPORTS}{cells['suspect']}\n\n{cells['bug-hunt-code']}")
    assert set(solved["found"]()) == {bug.name for bug in six}
    mended = "\n".join([cells["suspect"], cells["bug-hunt-code"].replace("Mended", "Other")])
    assert caught_in(mended) == set()
    assert caught_in(cells["suspect"]) == {bug.site for bug in six}


@each_bug
def test_what_is_given_does_not_give_the_solution_away(bug: Bug) -> None:
    """The suspect holds no line of any solution but the first lines of methods, which the notebook allows."""
    source = read_lesson("source", "variants")
    whole = {bug.site: bug for bug in BANK}
    for cell in source.cells:
        if cell.id == "bug-hunt-code":
            cell.source = bugs.solution(list(whole.values()))
    given = nbformat.v4.new_code_cell(bugs.suspect([bug]), id="suspect")  # type: ignore[no-untyped-call]
    release = nbformat.v4.new_notebook(cells=[given])  # type: ignore[no-untyped-call]
    assert find_leaks(source, release, "variants") == []


@pytest.mark.parametrize("name", [lesson.name for lesson in Course(ROOT).lessons])
def test_no_suspect_gives_another_lessons_solution_away(name: str) -> None:
    cell = nbformat.v4.new_code_cell
    given = [cell(bugs.suspect([bug]), id=f"suspect-{i}") for i, bug in enumerate(BANK)]  # type: ignore[no-untyped-call]
    release = nbformat.v4.new_notebook(cells=given)  # type: ignore[no-untyped-call]
    source = read_lesson("source", name)
    source.cells = [cell for cell in source.cells if cell.id != "bug-hunt-code"]
    assert find_leaks(source, release, name) == []


def test_the_command_says_what_it_would_plant_and_refuses_fewer_than_six() -> None:
    run = CliRunner().invoke
    assert all(bug.name in run(bugs.main, ["--list"]).output for bug in BANK)
    assert run(bugs.main, ["--seed", "7"]).output.count("\n") == SIX
    assert run(bugs.main, ["--check"]).exit_code == 0
    refused = run(bugs.main, ["--plant", "--bug", "tie-cut"])
    assert refused.exit_code == 2
    assert "Six bugs are wanted" in refused.output
    assert "share a method" in run(bugs.main, ["--bug", "scale-missing", "--bug", "mask-after-softmax"]).output
