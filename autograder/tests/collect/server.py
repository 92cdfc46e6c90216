"""A server on this machine that answers as GitHub's API does, and writes down what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "github_pat_made_up"


@dataclass
class FakeGitHub:
    """An organisation's repositories: by name, the files on the default branch.

    Attributes:
        visibility: what the repository's answer says beside `private`.
        left_out: how many repositories of each page the token may not see.
        cut: how many bytes of a body are kept back, whatever the header has promised.
        status: answers everything with this, if it is not 0; with a redirection, to `elsewhere`.
        bodies: by a repository's name, the status and the body that its file is answered with.
        asked: paths, and the tokens that came with them.
    """

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)
    private: bool = True
    visibility: str = "private"
    left_out: int = 0
    cut: int = 0
    status: int = 0
    bodies: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    elsewhere: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    base: str = ""

    def answer(self, target: str) -> tuple[int, bytes]:
        parts = urlsplit(target)
        match [unquote(part) for part in parts.path.split("/")[1:]]:
            case ["api", "orgs", "class", "repos"]:
                return 200, self._page(int(parse_qs(parts.query)["page"][0]))
            case ["api", "repos", "class", name, "contents", *_] if name in self.bodies:
                return self.bodies[name]
            case ["api", "repos", "class", name, "contents", *path]:
                found = self.repositories[name].get("/".join(path))
                return (404, b"{}") if found is None else (200, found)
            case ["api", "repos", "class", name]:
                answer = {"name": name, "private": self.private, "visibility": self.visibility}
                return 200, json.dumps(answer).encode()
        return 404, b"{}"

    def _page(self, number: int) -> bytes:
        names = sorted(self.repositories)[(number - 1) * 100 : number * 100][self.left_out :]
        pushed = {"private": True, "pushed_at": "2026-03-01T12:00:00Z", "owner": {"login": "class"}}
        return json.dumps([{"name": name, "is_template": name in self.templates} | pushed for name in names]).encode()


@contextmanager
def serving(fake: FakeGitHub) -> Iterator[FakeGitHub]:
    """Runs it; `fake.base` is its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fake.asked.append((self.path, self.headers.get("Authorization", "")))
            status, body = (fake.status, b"{}") if fake.status else fake.answer(self.path)
            self.send_response(status)
            if fake.elsewhere:
                self.send_header("Location", fake.elsewhere)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) - fake.cut])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    fake.base = f"http://127.0.0.1:{server.server_port}/api"
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
