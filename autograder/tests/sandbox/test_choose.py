"""No lock, no grading: whatever layer is missing is named, with the reason, a remedy, and the way around."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import KernelError
from autograder.sandbox import choose as choosing
from autograder.sandbox import lock, warm
from autograder.sandbox.choose import UNSAFE, choose, refusal
from autograder.sandbox.plain import PlainLauncher
from autograder.sandbox.proof import Attempt
from autograder.sandbox.warm import LockRefused, WarmLauncher
from autograder.tests.sandbox.conftest import NO_LOCK
from autograder.tests.sandbox.gaps import gap
from autograder.tests.sandbox.inside import LEAN

in_the_lock = pytest.mark.skipif(not lock.REQUIRED, reason=NO_LOCK)
Choose = Callable[..., LockRefused]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[WarmLauncher]]:
    """Every launcher that is made; without torch, and closed whatever happens."""
    launchers: list[WarmLauncher] = []

    class Recorded(WarmLauncher):
        def __init__(self, modules: Sequence[str] = ()) -> None:
            super().__init__(modules)
            launchers.append(self)

    monkeypatch.setattr(warm, "_ALWAYS", LEAN)
    monkeypatch.setattr(choosing, "WarmLauncher", Recorded)
    yield launchers
    for launcher in launchers:
        launcher.close()


@pytest.fixture
def refused(made: list[WarmLauncher]) -> Choose:
    """Chooses, must be refused, and must leave no process."""

    def run(*modules: str, hidden: Sequence[Path] = ()) -> LockRefused:
        with pytest.raises(LockRefused) as caught:
            choose(unsafe=False, modules=modules, hidden=hidden)
        assert [launcher for launcher in made if launcher._zygotes] == []
        return caught.value

    return run


def complains(error: LockRefused, layer: str, *words: str) -> bool:
    text = str(error)
    return error.layer == layer and "--unsafe" in text and UNSAFE in text and all(word in text for word in words)


@in_the_lock
def test_where_the_lock_holds_it_is_chosen(made: list[WarmLauncher]) -> None:
    launcher = choose(unsafe=False, modules=(), hidden=[Path(__file__)])
    assert launcher is made[0]
    assert launcher.level == "namespaces"


def test_unsafe_is_off_and_nothing_is_tried(made: list[WarmLauncher], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "REQUIRED", False)
    launcher = choose(unsafe=True, modules=("torch",), hidden=())
    assert isinstance(launcher, PlainLauncher)
    assert launcher.level == "off"
    assert made == []


def test_another_system_is_refused(refused: Choose, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "REQUIRED", False)
    assert complains(refused(), "platform", "no Linux on x86-64 or aarch64", "grade on such a machine")


@in_the_lock
@pytest.mark.parametrize(
    ("call", "layer", "remedy"),
    [
        ("unshare", "namespaces", "user.max_user_namespaces"),
        ("mount", "mounts", "--security-opt"),
        ("pivot_root", "mounts", "--cap-add SYS_ADMIN"),
        ("seccomp", "seccomp", "CONFIG_SECCOMP_FILTER"),
        ("set_hostname", "host name", "--unsafe"),
        ("landlock_add_rule", "Landlock", "lsm="),
    ],
)
def test_a_layer_that_the_system_refuses_is_named(
    refused: Choose, monkeypatch: pytest.MonkeyPatch, call: str, layer: str, remedy: str
) -> None:
    monkeypatch.setattr(warm, "_zygote_environment", lambda: {**os.environ, "REFUSED": call})
    assert complains(refused(gap("permission")), layer, os.strerror(errno.EPERM), remedy)


@in_the_lock
@pytest.mark.parametrize(
    ("missing", "layer"),
    [("mounts", "mounts"), ("seccomp", "user"), ("limits", "limits"), ("user", "user"), ("closing", "environment")],
)
def test_a_layer_that_is_silently_missing_is_found_by_trying(refused: Choose, missing: str, layer: str) -> None:
    error = refused(gap(missing))
    assert (error.layer, "a trial" in error.reason, "--unsafe" in str(error)) in {
        (layer, True, True),
        ("namespaces", True, True),  # whoever kept their privileges sees PID 1, and that is tried first
    }


@in_the_lock
def test_a_folder_that_can_be_seen_is_a_reason(refused: Choose) -> None:
    assert complains(refused(hidden=[Path("/usr")]), "mounts", "saw /usr", "could not be built")


def test_an_attempt_that_succeeds_is_quoted(refused: Choose, monkeypatch: pytest.MonkeyPatch) -> None:
    def prove(*_: Any) -> tuple[Attempt, ...]:
        return (Attempt("mounts: a file", ""), Attempt("seccomp: tracing", "called ptrace"))

    monkeypatch.setattr(choosing, "prove", prove)
    monkeypatch.setattr(lock, "REQUIRED", True)
    assert complains(refused(), "seccomp", "a trial called ptrace (seccomp: tracing)", "CONFIG_SECCOMP_FILTER")


@in_the_lock
def test_other_faults_pass_and_leave_nothing(made: list[WarmLauncher], monkeypatch: pytest.MonkeyPatch) -> None:
    def prove(launcher: WarmLauncher, hidden: object) -> tuple[Attempt, ...]:
        launcher._zygotes.append(launcher._start())
        raise KernelError("The attempts did not report.")

    monkeypatch.setattr(choosing, "prove", prove)
    with pytest.raises(KernelError, match="did not report"):
        choose(unsafe=False, modules=(), hidden=())
    assert made[0]._zygotes == []


@pytest.mark.parametrize(
    "layer", ["platform", "namespaces", "mounts", "Landlock", "seccomp", "environment", "limits", "user"]
)
def test_every_refusal_hints_at_the_way_around(layer: str) -> None:
    assert complains(refusal(layer, "the reason"), layer, "the reason. ", "without a lock")
