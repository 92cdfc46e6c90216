"""The environment of a kernel holds nothing of the grader's."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from autograder.sandbox.environment import environment, font_folder, keras, lend_font_list, threads
from autograder.sandbox.plain import PlainLauncher
from autograder.sandbox.warm import WarmLauncher
from autograder.tests.sandbox.inside import inside

SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "hunter2",
    "GITHUB_TOKEN": "hunter2",
    "PYTHONPATH": "/hunter2",
    "LD_PRELOAD": "/hunter2.so",
    "JUPYTERHUB_API_TOKEN": "hunter2",
    "SSH_AUTH_SOCK": "/hunter2",
    "HTTP_PROXY": "http://hunter2@127.0.0.1",
    "CUDA_VISIBLE_DEVICES": "hunter2",
    "HOME": "/hunter2",
    "TMPDIR": "/hunter2",
    "PATH": "/hunter2",
}
LOOK = "import os\nfound = repr(sorted(os.environ.items())) + open('/proc/self/environ').read()"


def test_nothing_of_the_graders_environment_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    made = environment("/home/student", "/tmp")
    assert "hunter2" not in repr(made)
    assert not set(made) & {"PYTHONPATH", "LD_PRELOAD", "GITHUB_TOKEN", "SSH_AUTH_SOCK"}
    places = [made[name] for name in ("HOME", "IPYTHONDIR", "MPLCONFIGDIR")]
    assert all(place.startswith("/home/student") for place in places)
    assert made["TMPDIR"] == "/tmp"


def test_a_locked_process_sees_only_that(lean: WarmLauncher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_TOKEN", "hunter2")
    with inside(lean) as it:
        text = it.do(LOOK)
        names = it.do("found = sorted(os.environ)")
    assert "hunter2" not in text
    assert set(names) == set(environment("", ""))


def test_an_unlocked_process_sees_only_that_and_a_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_TOKEN", "hunter2")
    with inside(PlainLauncher()) as it:
        text = it.do(LOOK)
        names = it.do("found = sorted(os.environ)")
    assert "hunter2" not in text
    assert set(names) - set(environment("", "")) <= {"AANDACHT_SLOT", "LC_CTYPE", "__CF_USER_TEXT_ENCODING"}


def test_one_thread_for_every_library_that_starts_its_own() -> None:
    assert set(threads().values()) == {"1", "background_thread:false"}
    assert threads().items() <= environment("", "").items()


def test_keras_computes_with_torch_and_has_no_settings_file(tmp_path: Path) -> None:
    if not find_spec("keras"):
        pytest.skip("Keras is not installed: what it makes of its variables is not tested")
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text('{"floatx": "float16", "backend": "jax"}')
    before = (tmp_path / ".keras" / "keras.json").read_bytes()
    look = "import keras, os; print(keras.backend.backend(), keras.backend.floatx(), os.path.exists('/dev/null/keras'))"
    run = subprocess.run(
        [sys.executable, "-c", look], env=environment(str(tmp_path), "/tmp"), capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["torch", "float32", "False"]
    assert (tmp_path / ".keras" / "keras.json").read_bytes() == before
    assert keras().items() <= environment("", "").items()


def test_the_font_list_is_lent_and_not_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fonts = tmp_path / "fonts" / "fontlist-v1.json"
    fonts.parent.mkdir()
    fonts.write_text("{}")
    (fonts.parent / "matplotlibrc").write_text("secret")
    monkeypatch.setenv("MPLCONFIGDIR", str(fonts.parent))
    assert font_folder() == str(fonts.parent)
    lend_font_list(tmp_path / "home" / ".matplotlib")
    assert [path.name for path in (tmp_path / "home" / ".matplotlib").iterdir()] == [fonts.name]
    (tmp_path / "home" / ".matplotlib" / fonts.name).write_text("poisoned")
    assert fonts.read_text() == "{}"
