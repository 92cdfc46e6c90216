"""The few questions that are put to GitHub's API; nothing is asked of any other address, redirections included.

Sentences of errors name no repository, because they are shown.
"""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from typing import TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from autograder.errors import FetchError, RejectedSubmission, UsageError
from autograder.intake.files import MAX_NOTEBOOK

_MAX_LIST = 20 * 1000 * 1000
_PER_PAGE = 100
_MAX_PAGES = 100
_TIMEOUT = 30  # seconds
_ATTEMPTS = 3
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
#: Answers that concern one repository: renamed since it was listed, in conflict, closed by law; and what a refusal
#: (403) holds that does: the file is too large, or GitHub has blocked the repository.
_OF_ONE = (301, 302, 307, 308, 409, 451)
_REFUSES_ONE = (b'"too_large"', b'"block"')
Kind = TypeVar("Kind")


class Repository(msgspec.Struct, frozen=True):
    """What is read of a repository; GitHub says much more.

    Attributes:
        pushed_at: when GitHub last took a push, as it writes dates; None before the first.
        visibility: public, private, or internal: `private` as well, but all members of an enterprise can read it.
    """

    name: str
    private: bool
    pushed_at: str | None = None
    is_template: bool = False
    visibility: str = "private"


class Api:
    """GitHub's API, asked with a token.

    Args:
        base: its address: https, or a server on this machine.
        token: may be read-only, and should be.

    Raises:
        UsageError: the address is another kind of address.
    """

    def __init__(self, base: str, token: str, pause: float = 2.0) -> None:
        parts = urlsplit(base)
        if not parts.hostname or not (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        ):
            raise UsageError("GITHUB_API_URL has to be an https address.")
        if not token.isascii() or not token.isprintable():
            raise UsageError("The token holds characters that no token has.")
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname, parts.port
        self._prefix, self._token, self._pause = parts.path.rstrip("/"), token, pause

    def is_private(self, repository: str) -> bool:
        """Whether a repository, named `owner/name`, can be read by its members only.

        Raises:
            FetchError: GitHub does not say.
        """
        owner, _, name = repository.partition("/")
        answer = self._get(_path("repos", _checked(owner, _OWNER), _checked(name, _NAME)))
        if answer is None:
            raise FetchError("GitHub says that there is no such repository.")
        found = _decoded(answer, Repository)
        return found.private and found.visibility == "private"

    def repositories(self, organisation: str) -> Iterator[Repository]:
        """All repositories of an organisation that the token may read.

        Raises:
            FetchError: GitHub did not answer as it should.
        """
        path = _path("orgs", _checked(organisation, _OWNER), "repos")
        for page in range(1, _MAX_PAGES + 1):
            answer = self._get(f"{path}?per_page={_PER_PAGE}&page={page}&sort=full_name")
            if answer is None:
                raise FetchError("GitHub says that there is no such organisation, or none that this token may see.")
            found = _decoded(answer, list[Repository])
            yield from found
            if not found:  # one that is merely not full need not be the last: what the token may not see is left out
                return
        raise FetchError(f"The organisation has more than {_MAX_PAGES * _PER_PAGE} repositories; that is no class.")

    def file(self, owner: str, repository: str, path: str) -> bytes | None:
        """A file's bytes on the default branch, at most one more than a notebook may have; None when there is none.

        Raises:
            RejectedSubmission: GitHub does not give this one.
            FetchError: GitHub did not answer as it should, and would not for any other.
        """
        where = _path("repos", _checked(owner, _OWNER), _checked(repository, _NAME), "contents", *path.split("/"))
        status, data = self._answer(where, "raw+json", MAX_NOTEBOOK)
        if status in _OF_ONE or (status == http.HTTPStatus.FORBIDDEN and any(word in data for word in _REFUSES_ONE)):
            raise RejectedSubmission(f"GitHub does not give the notebook ({status}).")
        return _body(status, data)

    def _get(self, path: str) -> bytes | None:
        return _body(*self._answer(path, "json", _MAX_LIST))

    def _answer(self, path: str, form: str, limit: int) -> tuple[int, bytes]:
        """What `_ask` gives; asked again while the fault may pass."""
        status, data = self._ask(path, form, limit)
        for _ in range(_ATTEMPTS - 1):
            if 0 < status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                break
            time.sleep(self._pause)
            status, data = self._ask(path, form, limit)
        return status, data

    def _ask(self, path: str, form: str, limit: int) -> tuple[int, bytes]:
        """The status, 0 where there was no answer or half of one, and the body up to one byte more than the limit."""
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=_TIMEOUT)
        headers = {"Accept": f"application/vnd.github.{form}", "User-Agent": "aandacht"}
        headers |= {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            connection.request("GET", self._prefix + path, headers=headers)
            response = connection.getresponse()
            data = response.read(limit + 1)
            broken_off = bool(response.length) and len(data) <= limit  # read(n) is silent about it
            return (0, b"") if broken_off else (response.status, data)
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()


def _path(*parts: str) -> str:
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def _checked(name: str, rule: re.Pattern[str]) -> str:
    if not rule.fullmatch(name) or name in (".", ".."):
        raise UsageError("WHERE, or GITHUB_REPOSITORY, is no name that GitHub would give.")
    return name


def _body(status: int, data: bytes) -> bytes | None:
    if status == http.HTTPStatus.OK:
        return data
    if status == http.HTTPStatus.NOT_FOUND:
        return None
    raise FetchError(_refusal(status))


def _refusal(status: int) -> str:
    if status == 0:
        return "GitHub cannot be reached."
    if status in (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN, http.HTTPStatus.TOO_MANY_REQUESTS):
        return f"GitHub refuses ({status}): the token may not read this, or too much was asked in an hour."
    return f"GitHub answers {status} where an answer was expected."


def _decoded(data: bytes, kind: type[Kind]) -> Kind:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.MsgspecError:
        raise FetchError("GitHub's answer is not of the form that was expected.") from None
