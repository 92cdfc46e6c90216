"""What of this machine's file system is shown, and what an installation in an odd place looks like."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from autograder.sandbox import lock, mounts
from autograder.sandbox.mounts import covered_folders, outermost, shown_folders
from autograder.sandbox.warm import WarmLauncher
from autograder.tests.sandbox.conftest import NO_LOCK
from autograder.tests.sandbox.gaps import gap
from autograder.tests.sandbox.inside import inside, lean_launcher

PACKAGE = Path(__file__).resolve().parents[2]
in_the_lock = pytest.mark.skipif(not lock.REQUIRED, reason=NO_LOCK)


def test_only_the_outermost_folders_are_shown(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "ab").mkdir()
    paths = [str(inner), str(tmp_path / "a"), str(tmp_path / "ab"), str(tmp_path / "none"), str(tmp_path / "a")]
    assert outermost(paths) == [str(tmp_path / "a"), str(tmp_path / "ab")]


def test_a_link_counts_as_a_place_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "usr").mkdir()
    (tmp_path / "bin").symlink_to("usr")
    (tmp_path / "broken").symlink_to("nowhere")
    paths = [str(tmp_path / name) for name in ("usr", "bin", "broken")]
    assert outermost(paths) == paths


def test_python_is_shown_wherever_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "venv").symlink_to(tmp_path / "real")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    shown = shown_folders()
    assert {str(tmp_path / "venv"), str(tmp_path / "real")} <= set(shown)
    assert all(any(Path(base).is_relative_to(each) for each in shown) for base in (sys.base_prefix, "/usr"))


def test_packages_of_this_user_are_shown_only_where_python_looks_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("site.getusersitepackages", lambda: str(tmp_path))
    assert str(tmp_path) not in shown_folders()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert str(tmp_path) in shown_folders()


def test_an_installed_package_of_ours_is_covered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    monkeypatch.setattr("site.getusersitepackages", lambda: str(tmp_path / "user"))
    monkeypatch.setattr("autograder.sandbox.mounts.shown_folders", list)
    monkeypatch.setattr("autograder.sandbox.mounts._NOT_SHOWN", ())
    monkeypatch.setattr("sys.prefix", str(tmp_path / "prefix"))
    assert covered_folders() == []
    for place in (tmp_path, tmp_path / "user"):
        (place / "autograder").mkdir(parents=True)
    assert covered_folders() == [f"{tmp_path}/autograder", f"{tmp_path}/user/autograder"]


LOOK = """
import os
def see(place):
    try: return sorted(os.listdir(place))
    except OSError as error: return type(error).__name__
found = {place: see(place) for place in places}
"""


def seen(launcher: WarmLauncher, *places: object) -> list[object]:
    """What a process in the lock sees in some folders, or the error that it gets."""
    with inside(launcher) as it:
        found = it.do(f"places = {[str(place) for place in places]}\n{LOOK}")
    return [found[str(place)] for place in places]


@in_the_lock
def test_nothing_of_the_course_or_of_any_home_folder_is_seen(lean: WarmLauncher) -> None:
    places = (PACKAGE, "/etc/ssl", "/var", "/mnt", "/srv", "/opt", "/run", "/boot", "/home")
    found = dict(zip(places, seen(lean, *places), strict=True))
    nothing = {place for place in places if found[place] == "FileNotFoundError"}
    needed = {place for place in places if any(Path(each).is_relative_to(place) for each in shown_folders())}
    assert nothing == set(places) - needed - {"/home"}
    assert found["/home"] == ["student"]


@in_the_lock
def test_of_a_home_folder_with_python_in_it_nothing_else_is_seen(lean: WarmLauncher) -> None:
    """Python may lie below a home folder that nobody but its owner enters: it is shown, and it alone."""
    tops = {Path(path).parts[1] for path in shown_folders()} - {"usr", "bin", "sbin", "lib", "lib64", "lib32", "libx32"}
    for top in tops - {"sys"}:
        (found,) = seen(lean, f"/{top}")
        needed = {Path(path).parts[2] for path in shown_folders() if Path(path).parts[1] == top}
        assert set(found if isinstance(found, list) else ()) - {"student"} == needed


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """An installation below the temporary folder, in a folder that only its owner enters."""
    home = tmp_path / "home-of-somebody"
    packages = home / ".local" / "site-packages"
    (packages / "autograder" / "assignments").mkdir(parents=True)
    (packages / "autograder" / "assignments" / "test_secret.py").write_text("answer = 42")
    (packages / "numbers_in_words").mkdir()
    (home / "thesis.txt").write_text("private")
    home.chmod(0o700)
    return packages


@in_the_lock
def test_an_installation_below_tmp_and_below_a_closed_home_is_visible(elsewhere: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograder.sandbox.warm._zygote_environment", lambda: {**os.environ, "HERE": str(elsewhere)})
        with lean_launcher(gap("packages_here")) as launcher:
            home = elsewhere.parents[1]
            listed = seen(launcher, elsewhere, elsewhere / "autograder", elsewhere / "numbers_in_words", home, "/tmp")
    assert listed[0] == ["autograder", "numbers_in_words"]
    assert listed[1] == []  # covered: its checks are not for students
    assert listed[2] == []
    assert listed[3] == [".local"]
    assert isinstance(listed[4], list)


@in_the_lock
def test_what_is_shown_is_read_only_and_the_rest_is_ones_own(lean: WarmLauncher) -> None:
    read_only = "import os\nfound = [p for p in places if not os.statvfs(p).f_flag & os.ST_RDONLY]"
    with inside(lean) as it:
        places = ["/", *shown_folders(), "/tmp", "/dev/shm", mounts.HOME]
        assert it.do(f"places = {places}\n{read_only}") == ["/tmp", "/dev/shm", mounts.HOME]
        assert it.do("found = os.getcwd()") == mounts.HOME
        assert it.do("found = [os.listdir(p) for p in ('/dev/shm', '.')]") == [[], []]


@in_the_lock
def test_nothing_is_a_device_or_set_uid_where_student_code_writes(lean: WarmLauncher) -> None:
    look = (
        "import os\nfound = [bool(os.statvfs(p).f_flag & f) for p in ('/tmp', '/dev/shm', '.', '/usr') for f in flags]"
    )
    with inside(lean) as it:
        assert it.do(f"flags = ({os.ST_NOSUID}, {os.ST_NODEV})\n{look}") == [True] * 8


@in_the_lock
def test_devices_are_the_harmless_ones(lean: WarmLauncher) -> None:
    with inside(lean) as it:
        devices = it.do("import os; found = sorted(os.listdir('/dev'))")
        used = "os.urandom(1); open('/dev/null', 'w').write('x'); found = len(open('/dev/zero', 'rb').read(3))"
        assert it.do(used) == 3
        assert it.do("import pty; master, slave = pty.openpty(); os.write(slave, b'x'); found = 'a terminal'")
    known = {"null", "zero", "full", "random", "urandom", "fd", "stdin", "stdout", "stderr", "ptmx", "pts", "shm"}
    assert set(devices) == known


@in_the_lock
def test_users_and_hosts_are_made_up(lean: WarmLauncher) -> None:
    look = "import getpass, os, pathlib, pwd, socket\nfound = [pwd.getpwuid(os.getuid()).pw_name, getpass.getuser(),"
    look += " str(pathlib.Path.home()), os.uname().nodename, len(pwd.getpwall())]"
    with inside(lean) as it:
        assert it.do(look) == ["student", "student", mounts.HOME, "student", 1]


@in_the_lock
def test_the_kernels_own_secrets_are_empty(lean: WarmLauncher) -> None:
    look = f"import os\nthere = [n for n in {mounts._SECRETIVE} if os.path.exists(f'/proc/{{n}}')]\n"
    look += "found = [len(open(f'/proc/{n}', 'rb').read(9)) for n in there]"
    with inside(lean) as it:
        found = it.do(look)
        assert it.do("found = sorted(p for p in os.listdir('/proc') if p.isdigit())") == ["1", "2"]
    assert set(found) <= {0}


@in_the_lock
def test_nothing_of_it_is_seen_outside(lean: WarmLauncher) -> None:
    before = Path("/proc/self/mounts").read_text()
    with inside(lean) as it:
        it.do("open('/tmp/of-a-student', 'w').close()")
        assert Path("/proc/self/mounts").read_text() == before
        assert not Path("/tmp/of-a-student").exists()
        assert not Path("/tmp/home/student").exists()
