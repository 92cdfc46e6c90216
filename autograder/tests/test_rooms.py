"""The core works where nbgrader and JupyterLab are not installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import Assignment
from autograder.tests.chain import SOFTMAX, submission
from autograder.tests.notebooks import write_notebook

BLOCKED = ("nbgrader", "jupyterlab", "nbconvert", "notebook", "jupyter_server", "latex2mathml", "text2qti")
BLOCKER = f"""
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
"""
CORE = (
    "bridge.child",
    "checks",
    "checks.judge",
    "cli",
    "doctor",
    "exercises",
    "grade",
    "quiz.grading",
    "intake",
    "sandbox.kernel",
    "verify",
)


def without(tmp_path: Path, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs Python with the blocker in it and in every Python that it starts with its environment."""
    folder = tmp_path / "blocker"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(BLOCKER)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(Path(__file__).parents[2])])}
    return subprocess.run(
        [sys.executable, *command], env=environment, cwd=cwd, capture_output=True, text=True, timeout=100, check=False
    )


def test_the_blocker_blocks(tmp_path: Path) -> None:
    assert "No module named 'nbgrader'" in without(tmp_path, "-c", "import nbgrader").stderr


def test_the_core_imports_nothing_of_nbgraders(tmp_path: Path) -> None:
    imports = "; ".join(f"import autograder.{name}" for name in CORE)
    done = without(tmp_path, "-c", imports)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_a_command_that_needs_nbgrader_says_so(tmp_path: Path, chain: Assignment) -> None:
    done = without(tmp_path, "-m", "autograder.cli", "release", "--check", cwd=chain.course.root)
    assert done.returncode == 2
    assert "is not installed; this command needs it" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_check_grades_end_to_end(tmp_path: Path, chain: Assignment) -> None:
    watchful = SOFTMAX.replace(
        "    powers", f"    import sys; assert not set(sys.modules) & set({BLOCKED})\n    powers", 1
    )
    path = write_notebook(tmp_path / "chain.ipynb", submission(softmax_code=watchful))
    command = ("-m", "autograder.cli", "check", str(path), "--assignment", "chain", "--json")
    done = without(tmp_path, *command, cwd=chain.course.root)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["score"] == 6.0


@pytest.mark.slow
def test_a_quiz_is_graded_end_to_end(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    path = root / "release" / "attention-post" / "attention-post.ipynb"
    command = ("check", str(path), "--assignment", "attention-post", "--student", "ada", "--json")
    done = without(tmp_path, "-m", "autograder.cli", *command, cwd=root)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sandbox"] == "not run"
