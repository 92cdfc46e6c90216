"""How a release gets to its place, and nbgrader's own way to make one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from autograder.nbgrader_adapters import swap
from autograder.nbgrader_adapters.release import build_release
from autograder.tests.nbgrader_adapters.stock import generate_assignment
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS
from autograder.tests.nbgrader_adapters.test_release import course_at, leaky, tree

pytestmark = NBGRADER_WARNINGS

# The swap


@pytest.mark.parametrize("exchange", [True, False])
def test_the_swap(tmp_path: Path, exchange: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not exchange:
        monkeypatch.setattr(swap, "_exchange", lambda one, other: False)
    for content in ("old", "new"):
        (tmp_path / "fresh").mkdir(exist_ok=True)
        (tmp_path / "fresh" / "file").write_text(content)
        swap.swap_in(tmp_path / "fresh", tmp_path / "release" / "little")
        assert (tmp_path / "release" / "little" / "file").read_text() == content
    assert [path.name for path in (tmp_path / "release").iterdir()] == ["little"]


def test_a_crash_between_two_renames_is_mended(tmp_path: Path) -> None:
    course, little = course_at(tmp_path)
    build_release(course, little)
    before = tree(course.root / "release")
    little.release.parent.rename(course.root / "release" / ".little.old")
    swap.recover(little.release.parent)
    assert tree(course.root / "release") == before
    shutil.copytree(little.release.parent, course.root / "release" / ".little.old")
    old, new = (course.root / "release" / f".little-{name}" for name in ("old", "new"))
    for left in (old, new):
        left.mkdir()
    os.utime(old, (0, 0))
    swap.recover(little.release.parent)
    assert tree(course.root / "release") == before
    assert (old.exists(), new.exists()) == (False, True)  # another build may be at work in the new one


# nbgrader's own command


def generate(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Stock `nbgrader generate_assignment` in a course whose configuration merges ours."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    package = str(Path(__file__).parents[3])
    environment = os.environ | {"PATH": path, "PYTHONPATH": package, "JUPYTER_CONFIG_DIR": str(root)}
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "little", *options]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=100, check=False)


def test_nbgraders_converter_with_a_gradebook_makes_the_same_bytes(tmp_path: Path) -> None:
    course, little = course_at(tmp_path / "ours")
    build_release(course, little)
    stock, _ = course_at(tmp_path / "stock")
    generate_assignment(stock)
    assert (stock.root / "gradebook.db").exists()
    assert tree(stock.root / "release") == tree(course.root / "release")


@pytest.mark.slow
def test_stock_nbgrader_makes_the_same_bytes(tmp_path: Path) -> None:
    course, little = course_at(tmp_path / "ours")
    build_release(course, little)
    stock, _ = course_at(tmp_path / "stock")
    result = generate(stock.root)
    assert result.returncode == 0, result.stderr
    assert tree(stock.root / "release") == tree(course.root / "release")


@pytest.mark.slow
def test_stock_nbgrader_does_not_pass_the_gate_either(tmp_path: Path) -> None:
    course, _ = course_at(tmp_path, leaky())
    (course.root / "source" / "little" / "oracle.py").touch()
    result = generate(course.root)
    assert result.returncode != 0
    assert "cell welcome: holds a sentence of the answer of why" in result.stderr
    assert "little/oracle.py is not meant to go to students" in result.stderr
    assert not (course.root / "release" / "little").exists()
