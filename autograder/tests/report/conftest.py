from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with an assignment that was never released."""
    (tmp_path / "nbgrader_config.py").touch()
    notebook = tmp_path / "source" / "attention" / "attention.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.touch()
    return Course(tmp_path)
