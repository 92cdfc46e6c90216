from __future__ import annotations

import copy
import json
import os
import shutil
from pathlib import Path

import pytest
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from autograder.course import Assignment, Course
from autograder.errors import CourseError, LeakError
from autograder.nbgrader_adapters.leakgate import read_source
from autograder.nbgrader_adapters.release import build_release, check_release, release_config
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS
from autograder.tests.notebooks import cell_of, instructor, make_course, write_notebook

pytestmark = NBGRADER_WARNINGS

FIGURE = '<svg xmlns="http://www.w3.org/2000/svg"><title>A square</title></svg>\n'
CONFIG = """
from autograder.nbgrader_adapters.release import release_config

c = get_config()
c.merge(release_config())
"""


def course_at(root: Path, source: NotebookNode | None = None) -> tuple[Course, Assignment]:
    course = make_course(root, {"little": source or instructor()})
    (root / "nbgrader_config.py").write_text(CONFIG)
    figures = root / "source" / "little" / "figures"
    figures.mkdir()
    (figures / "square.svg").write_text(FIGURE)
    return course, course.assignment("little")


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_release_is_built(tmp_path: Path) -> None:
    course, little = course_at(tmp_path / "course")
    built = build_release(course, little)
    assert (built.assignment, built.files, built.changed) == ("little", ("figures/square.svg", "little.ipynb"), True)
    assert sorted(tree(course.root / "release")) == ["little/figures/square.svg", "little/little.ipynb"]
    notebook = read_source(little.release)
    assert notebook.metadata.aandacht == {"assignment": "little", "release": built.release}
    assert cell_of(notebook, "square-code").source == (
        "def square(number, offset=1):\n"
        "    # Your code here.\n"
        '    raise NotImplementedError("This one is still yours to write.")'
    )
    assert cell_of(notebook, "why").source == "Why squares?\n\n*Your answer here.*"
    assert cell_of(notebook, "plot").metadata.tags == ["skip-execution"]
    assert not (course.root / "gradebook.db").exists()
    check_release(course, little)


def test_the_bytes_do_not_depend_on_where_or_when(tmp_path: Path) -> None:
    trees: list[dict[str, bytes]] = []
    for name in ("one", "another place"):
        course, little = course_at(tmp_path / name)
        os.utime(little.source, (len(trees) * 10**8,) * 2)
        build_release(course, little)
        trees.append(tree(course.root / "release"))
    assert trees[0] == trees[1]
    modes = {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "one" / "release").rglob("*")}
    assert modes == {"0o755", "0o644"}


def test_building_again_changes_nothing(tmp_path: Path) -> None:
    course, little = course_at(tmp_path)
    first = build_release(course, little)
    inode = little.release.stat().st_ino
    second = build_release(course, little)
    assert (second.changed, second.release) == (False, first.release)
    assert little.release.stat().st_ino == inode


def test_any_change_of_content_changes_the_mark(tmp_path: Path) -> None:
    course, little = course_at(tmp_path)
    first = build_release(course, little).release
    source = instructor()
    cell_of(source, "playground").source = "side = 4"
    write_notebook(little.source, source)
    second = build_release(course, little)
    assert second.changed
    assert second.release != first
    assert len(second.release) == 12


def test_the_source_is_cleaned_of_what_may_not_go(tmp_path: Path) -> None:
    source = instructor()
    source.metadata |= {"author": "me", "celltoolbar": "x"}
    source.metadata.language_info["version"] = "3.99"
    source.metadata.kernelspec |= {"display_name": "my environment"}
    setup = cell_of(source, "setup")
    setup.metadata |= {"collapsed": True, "slideshow": {}, "tags": ["private"]}
    setup.outputs = [new_output("stream", text="42")]  # type: ignore[no-untyped-call]
    setup.execution_count = 7
    cell_of(source, "square-code").metadata["tags"] = ["skip-execution"]
    cell_of(source, "playground").metadata["nbgrader"] = {
        "grade": False, "solution": False, "locked": False, "schema_version": 3, "grade_id": "x",
    }  # fmt: skip
    course, little = course_at(tmp_path / "a", source)
    clean_course, clean = course_at(tmp_path / "b")
    build_release(course, little)
    build_release(clean_course, clean)
    assert little.release.read_text() == clean.release.read_text()


def test_ids_of_graded_cells_are_their_grade_ids(tmp_path: Path) -> None:
    source = instructor()
    cell_of(source, "square").id = "a1b2c3d4"
    course, little = course_at(tmp_path, source)
    build_release(course, little)
    assert cell_of(read_source(little.release), "square").metadata.nbgrader.grade_id == "square"


# Stale releases


def stale(course: Course, little: Assignment) -> str:
    with pytest.raises(CourseError) as caught:
        check_release(course, little)
    return str(caught.value)


def test_a_stale_release_is_told_by_file_and_cell(tmp_path: Path) -> None:
    course, little = course_at(tmp_path)
    assert "release/little/little.ipynb is missing." in stale(course, little)
    build_release(course, little)
    source = instructor()
    cell_of(source, "playground").source = "side = 4"
    write_notebook(little.source, source)
    assert "release/little/little.ipynb is not what the source makes (cells: playground)." in stale(course, little)
    assert stale(course, little).endswith("If that is meant to go to students: autograder release little.")


def test_figures_layout_and_extra_files_count_too(tmp_path: Path) -> None:
    course, little = course_at(tmp_path)
    build_release(course, little)
    folder = little.release.parent
    (folder / "figures" / "square.svg").write_text(FIGURE + " ")
    assert "release/little/figures/square.svg is not what the source makes." in stale(course, little)
    (folder / "figures" / "square.svg").write_text(FIGURE)
    (folder / "notes.txt").touch()
    assert "release/little/notes.txt should not be there." in stale(course, little)
    (folder / "notes.txt").unlink()
    little.release.write_text(json.dumps(json.loads(little.release.read_text())))
    assert "not what the source makes (its metadata or its layout)" in stale(course, little)
    little.release.write_text("{")
    assert "it cannot be read" in stale(course, little)


def test_a_leak_edited_into_the_release_is_named(tmp_path: Path) -> None:
    course, little = course_at(tmp_path)
    build_release(course, little)
    notebook = read_source(little.release)
    cell_of(notebook, "playground").source = "doubled = number * number"
    write_notebook(little.release, notebook)
    assert "cell playground: holds a line of the solution of square-code" in stale(course, little)


# What cannot be built


def leaky() -> NotebookNode:
    source = instructor()
    cell_of(source, "welcome").source = "Because a square of any number is never negative."
    return source


def test_a_leak_stops_the_build_and_the_old_release_stays(tmp_path: Path) -> None:
    course, little = course_at(tmp_path)
    build_release(course, little)
    before = tree(course.root / "release")
    write_notebook(little.source, leaky())
    for act in (build_release, check_release):
        with pytest.raises(
            LeakError, match=r"little/little.ipynb, cell welcome: holds a sentence of the answer of why"
        ):
            act(course, little)
    assert tree(course.root / "release") == before
    assert [path.name for path in (course.root / "release").iterdir()] == ["little"]


def test_files_that_would_be_copied_along_stop_the_build(tmp_path: Path) -> None:
    course, little = course_at(tmp_path)
    (little.source.parent / "oracle.py").touch()
    with pytest.raises(LeakError, match=r"little/oracle.py is not meant to go to students"):
        build_release(course, little)


def test_faults_of_the_source_are_said_all(tmp_path: Path) -> None:
    source = json.loads(json.dumps(instructor()))
    del source["cells"][0]["id"]
    source["cells"][2]["id"] = "setup"
    source["cells"][4]["source"] = "### BEGIN HIDDEN TESTS\nassert False\n### END HIDDEN TESTS"
    course, little = course_at(tmp_path)
    little.source.write_text(json.dumps(source))
    with pytest.raises(CourseError) as caught:
        build_release(course, little)
    lines = str(caught.value).split("\n")
    assert lines[:2] == [
        "little/little.ipynb: cell 1 has no id.",
        "little/little.ipynb: the cell id “setup” is used more than once.",
    ]
    assert "cell “square” has hidden tests" in lines[2]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"nbformat": 4, "nbformat_minor": 5}'])
def test_a_source_that_is_no_notebook(tmp_path: Path, content: str) -> None:
    course, little = course_at(tmp_path)
    little.source.write_text(content)
    with pytest.raises(CourseError, match="is not a notebook that can be read"):
        build_release(course, little)


def test_an_old_notebook_format(tmp_path: Path) -> None:
    course, little = course_at(tmp_path)
    little.source.write_text(json.dumps(instructor() | {"nbformat_minor": 4}))
    with pytest.raises(CourseError, match="without cell ids"):
        build_release(course, little)


def test_a_fault_that_nbgrader_finds_is_said_in_a_sentence(tmp_path: Path) -> None:
    source = instructor()
    cell_of(source, "square-code").source = "### BEGIN SOLUTION\nx = 1"
    course, little = course_at(tmp_path, source)
    with pytest.raises(CourseError, match="cannot build the release of little: RuntimeError: no end solution"):
        build_release(course, little)


def test_the_configuration_is_said_once() -> None:
    one, two = release_config(), release_config()
    assert one == two
    assert one.GenerateAssignment.preprocessors is not two.GenerateAssignment.preprocessors
    assert set(one) == {"GenerateAssignment", "ClearSolutions"}


def test_the_lesson_itself(tmp_path: Path) -> None:
    """The committed release is what its source makes, wherever it is built."""
    course = Course(Path(__file__).parents[3])
    attention = course.assignment("attention")
    check_release(course, attention)
    shutil.copytree(attention.source.parent, tmp_path / "source" / "attention")
    (tmp_path / "nbgrader_config.py").touch()
    elsewhere = Course(tmp_path)
    build_release(elsewhere, elsewhere.assignment("attention"))
    assert tree(tmp_path / "release" / "attention") == tree(attention.release.parent)


def test_the_released_notebook_is_not_changed_by_reading_it(tmp_path: Path) -> None:
    course, little = course_at(tmp_path)
    build_release(course, little)
    notebook = read_source(little.release)
    before = little.release.read_bytes()
    write_notebook(little.release, copy.deepcopy(notebook))
    assert little.release.read_bytes() == before
