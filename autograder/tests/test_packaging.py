"""What pyproject.toml asks for and what requirements.txt pins must be the same course."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from autograder import __version__

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LINES = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]


def name_of(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def asked_for() -> list[Requirement]:
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    return [Requirement(text) for group in groups for text in group]


def test_every_line_is_one_exact_pin_without_an_address() -> None:
    assert [line for line in LINES if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", line)] == []
    names = [name_of(line.split("==")[0]) for line in LINES]
    assert len(names) == len(set(names))


def test_whatever_the_package_asks_for_is_pinned_to_a_version_it_allows() -> None:
    pinned = {name_of(name): version for name, version in (line.split("==") for line in LINES)}
    for requirement in asked_for():
        assert requirement.specifier.contains(pinned[name_of(requirement.name)]), requirement


def test_torch_is_the_version_that_the_course_was_written_for() -> None:
    assert "torch==2.13.0" in LINES


def test_a_worker_needs_neither_nbgrader_nor_jupyterlab() -> None:
    core = {name_of(Requirement(text).name) for text in PROJECT["dependencies"]}
    assert core.isdisjoint({"nbgrader", "jupyterlab", "notebook", "nbval", "distributed"})


def test_the_version_is_said_in_one_way() -> None:
    assert PROJECT["version"] == __version__


def test_the_grammar_of_addresses_is_not_learnt_in_every_process() -> None:
    look = "import sys, autograder, nbformat, jsonschema; print('lark' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False"]
