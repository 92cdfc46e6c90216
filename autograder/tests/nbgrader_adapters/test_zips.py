"""Archives that students upload: notebooks come out, nothing else does, and one bad archive spoils no other."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from pathlib import Path

import pytest

from autograder.nbgrader_adapters import zips
from autograder.nbgrader_adapters.config import SUBMITTED_FILE
from autograder.nbgrader_adapters.zips import SafeExtractor


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip file of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def extracted(tmp_path: Path, **archives: bytes) -> set[str]:
    """The files that come out of `archives`, all of which must lie in the folder for them."""
    (tmp_path / "archive").mkdir()
    for name, data in archives.items():
        (tmp_path / "archive" / f"{name}.zip").write_bytes(data)
    SafeExtractor().extract(str(tmp_path / "archive"), str(tmp_path / "extracted"))
    found = {path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".zip"}
    return {path.relative_to(tmp_path / "extracted").as_posix() for path in found}


def test_notebooks_come_out_and_nothing_else(tmp_path: Path) -> None:
    files = {"a.ipynb": b"{}", "a.py": b"", "deep/b.ipynb": b"{}", "conftest.py": b"", "__MACOSX/x": b""}
    assert extracted(tmp_path, alice=zipped(files)) == {"alice/a.ipynb", "alice/deep/b.ipynb"}


@pytest.mark.parametrize("name", ["../a.ipynb", "/a.ipynb", "x/../../a.ipynb", "a\\..\\b.ipynb", "\x1b[2Ja.ipynb"])
def test_odd_names_are_left_out(tmp_path: Path, name: str) -> None:
    assert extracted(tmp_path, alice=zipped({name: b"{}", "b.ipynb": b"{}"})) == {"alice/b.ipynb"}


def test_links_are_left_out(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("a.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert extracted(tmp_path, alice=buffer.getvalue()) == set()


def test_a_bad_archive_or_member_spoils_no_other(tmp_path: Path) -> None:
    good, bad = zipped({"a.ipynb": b"{}"}), zipped({"a.ipynb": b"{}" * 1000})[:-30]
    damaged = bytearray(zipped({"carol/a.ipynb": b"x" * 50, "dave/a.ipynb": b"y" * 50}))
    damaged[damaged.index(b"carol/a.ipynb") + 14] ^= 255
    found = extracted(tmp_path, alice=bad, bob=good, submissions=bytes(damaged))
    assert found == {"bob/a.ipynb", "submissions/dave/a.ipynb"}


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_damaged_in_its_middle_spoils_no_other(tmp_path: Path, method: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a.ipynb", bytes(range(256)) * 64)
        start = archive.getinfo("a.ipynb").header_offset + 30 + len("a.ipynb")
    damaged = bytearray(buffer.getvalue())
    damaged[start + 12 : start + 60] = b"\xff" * 48
    assert extracted(tmp_path, eve=bytes(damaged), zoe=zipped({"b.ipynb": b"{}"})) == {"zoe/b.ipynb"}


def test_a_bomb_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MAX_NOTEBOOK", 1000)
    monkeypatch.setattr(zips, "_MAX_ALL", 5000)
    bomb = zipped({"a.ipynb": b"0" * 10**7, **{f"{i}.ipynb": b"0" * 900 for i in range(9)}})
    assert len(extracted(tmp_path, alice=bomb)) == 4


def test_zip_files_within_are_opened_once(tmp_path: Path) -> None:
    inner = zipped({"a.ipynb": b"{}", "innermost.zip": zipped({"b.ipynb": b"{}"})})
    assert extracted(tmp_path, submissions=zipped({"bob.zip": inner})) == {"submissions/bob/a.ipynb"}


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("extracted/alice/tiny.ipynb", "alice"),
        ("extracted/submissions/alice/tiny.ipynb", "alice"),
        ("extracted/alice/bob/tiny.ipynb", None),
        ("extracted/submissions/alice/bob/tiny.ipynb", None),
        ("extracted/../tiny.ipynb", None),
        ("extracted/alice/tiny.ipynb\n", None),
    ],
)
def test_whose_notebook_a_file_is(path: str, student: str | None) -> None:
    match = re.match(SUBMITTED_FILE, f"/course/downloaded/tiny/{path}")
    assert (match and match["student_id"]) == student
