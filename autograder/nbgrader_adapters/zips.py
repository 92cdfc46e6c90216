"""Unpacks what students upload elsewhere, for `nbgrader zip_collect`, without trusting a name or a size in it.

::

    downloaded/<assignment>/archive/            downloaded/<assignment>/extracted/
      alice.zip       <assignment>.ipynb    ─►    alice/<assignment>.ipynb
      submissions.zip bob/<assignment>.ipynb ─►   submissions/bob/<assignment>.ipynb
                      carol.zip              ─►   submissions/carol/<assignment>.ipynb

nbgrader's own plugin stops at the first archive with an odd name in it, so that one upload keeps a class from being
collected, and it unpacks a small archive of zeros until the disk is full.
"""

from __future__ import annotations

import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from nbgrader.plugins import ExtractorPlugin

from autograder.intake.files import MAX_NOTEBOOK, printable

_MAX_MEMBERS = 10_000
_MAX_ARCHIVE = 200 * 1000 * 1000
_MAX_ALL = 20 * _MAX_ARCHIVE

_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),  # in the archive's frame, and in what is packed in it
    *(OSError, ValueError, EOFError, RuntimeError, NotImplementedError),
)


class SafeExtractor(ExtractorPlugin):
    """Takes notebooks out of zip files, and one level of zip files within; what is odd is left out and told."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack all zip files of a folder; each goes into a folder of its name.

        Args:
            archive_path: the folder with what was downloaded.
            extracted_path: where it is unpacked to.
        """
        self._left = _MAX_ALL
        for path in sorted(Path(archive_path).iterdir()):
            if path.suffix == ".zip" and path.is_file():
                with path.open("rb") as file:
                    self._unpack(file, Path(extracted_path) / path.stem, path.name, nested=True)
            else:
                self.log.warning("Not a zip file, left out: %s", printable(path.name))

    def _unpack(self, file: IO[bytes], folder: Path, shown: str, *, nested: bool) -> None:
        with self._telling(shown), zipfile.ZipFile(file) as archive:
            for member in self._members(archive, shown):
                name = f"{shown}/{printable(member.filename)}"
                with self._telling(name):
                    self._take(archive, member, folder, name, nested)

    @contextmanager
    def _telling(self, shown: str) -> Iterator[None]:
        """What is broken is told, and left behind."""
        try:
            yield
        except _BROKEN as error:
            self.log.warning("%s cannot be unpacked (%s).", shown, printable(str(error), 200))

    def _members(self, archive: zipfile.ZipFile, shown: str) -> Iterator[zipfile.ZipInfo]:
        members = archive.infolist()
        if len(members) > _MAX_MEMBERS:
            self.log.warning("%s holds more than %s files; the rest is left out.", shown, _MAX_MEMBERS)
        for member in members[:_MAX_MEMBERS]:
            if _is_odd(member):
                self.log.warning("An odd name or a link in %s, left out: %s", shown, printable(member.filename))
            elif not member.is_dir():
                yield member

    def _take(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, shown: str, nested: bool) -> None:
        path = PurePosixPath(member.filename)
        if path.suffix == ".ipynb":
            data = self._read(archive, member, shown, MAX_NOTEBOOK)
            target = folder / path
            if data is not None and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        elif path.suffix == ".zip" and nested:
            data = self._read(archive, member, shown, _MAX_ARCHIVE)
            if data is not None:
                self._unpack(io.BytesIO(data), folder / path.with_suffix(""), shown, nested=False)

    def _read(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, shown: str, limit: int) -> bytes | None:
        """A member's bytes; None when there are more than are allowed (what it says of its size is not asked)."""
        with archive.open(member) as file:
            data = file.read(min(limit, self._left) + 1)
        self._left -= len(data)
        if len(data) > limit or self._left < 0:
            self.log.warning("Too large, left out: %s", shown)
            return None
        return data


def _is_odd(member: zipfile.ZipInfo) -> bool:
    """Whether a name leads elsewhere, cannot be a file's, or is a link's."""
    path = PurePosixPath(member.filename)
    kind = stat.S_IFMT(member.external_attr >> 16)
    printed = member.filename.isprintable() and "\\" not in member.filename and len(member.filename) < 400
    return path.is_absolute() or ".." in path.parts or not printed or kind not in (0, stat.S_IFREG, stat.S_IFDIR)
