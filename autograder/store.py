"""Results by content: what was graded once need not be graded again.

::

    <root>/.autograder/results/<2 digits>/<content>     a digest over name and result, and the packed result

The name is a hash over all that decides a result (see `Work.content`). A result is believed only when its digest is
right and its report is about what was asked for; one that is not is dropped, and the submission graded. What has not
been used for longest goes first when the store is full. The folder may be deleted at any time: marks are elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import zlib
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from autograder.course import Course
from autograder.model import Report
from autograder.work import Done, Work

MAX_BYTES = 2 * 2**30
_DIGEST = 32  # bytes of it
_LARGEST = 256 * 2**20  # bytes of one result, unpacked


class Store:
    """The results of one course.

    Args:
        most: how many bytes are kept.
    """

    def __init__(self, course: Course, most: int = MAX_BYTES) -> None:
        self._folder, self._most = course.state / "results", most

    def load(self, work: Work) -> Done | None:
        """What came of the same work before; None where nothing is known that can be believed."""
        path = self._path(work)
        try:
            packed = path.read_bytes()
        except OSError:
            return None
        done = _read(packed, path.name, work)
        with suppress(OSError):
            os.utime(path) if done else path.unlink()
        return done

    def save(self, work: Work, done: Done) -> None:
        """Keeps a result: a reader meets all of it or none. A disk that is full is no reason not to go on."""
        path = self._path(work)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        body = zlib.compress(json.dumps(asdict(done) | {"notebook": done.notebook.decode()}).encode(), 1)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(_digest(path.name, body) + body)
            draft.replace(path)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def trim(self) -> None:
        """Drops what has not been used for longest, until the rest is no more than may be kept."""
        found = [(path.stat(), path) for path in self._folder.glob("*/*") if path.is_file()]
        kept = sum(stat.st_size for stat, _ in found)
        for stat, path in sorted(found, key=lambda each: each[0].st_mtime_ns):
            if kept <= self._most:
                return
            path.unlink(missing_ok=True)
            kept -= stat.st_size

    def clear(self) -> int:
        """Drops everything; gives the number of bytes that were kept."""
        kept = sum(path.stat().st_size for path in self._folder.glob("*/*"))
        shutil.rmtree(self._folder, ignore_errors=True)
        return kept

    def _path(self, work: Work) -> Path:
        content = work.content
        return self._folder / content[:2] / content


def _digest(name: str, body: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\0" + body).digest()


def _read(packed: bytes, name: str, work: Work) -> Done | None:
    digest, body = packed[:_DIGEST], packed[_DIGEST:]
    if _digest(name, body) != digest:
        return None
    try:
        record = json.loads(zlib.decompressobj().decompress(body, _LARGEST))
        report = Report.from_json(record["report"])
        done = Done(record["report"], record["notebook"].encode(), record["seconds"])
    except (ValueError, KeyError, TypeError, zlib.error):
        return None
    asked_for = (work.assignment, work.version)
    return done if (report.assignment, report.version) == asked_for else None
