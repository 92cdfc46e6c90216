"""One open gradebook for a whole run, and one transaction for each submission.

nbgrader's preprocessors open the gradebook anew, each with an engine, an inspection and a commit of its own. A run
opens a `RunBook` once; within a transaction of it `gradebook_at` gives that one to whoever asks, and elsewhere (in the
stock command, in formgrader) a gradebook as nbgrader has it.
"""

from __future__ import annotations

import contextvars
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbgrader.api import Comment, Grade, Gradebook, MissingEntry
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload, scoped_session, sessionmaker

from autograder.nbgrader_adapters.scripts import scripts_on_path

PATIENCE = 30.0  #: seconds that a submission's marks wait for another program to let go of the gradebook
_PAUSE = 0.05

_of_this_run: contextvars.ContextVar[RunBook | None] = contextvars.ContextVar("run_book", default=None)


class _OneCommit(Session):
    """A session in which `commit`, which nbgrader calls after every cell, does nothing; `finish` commits.

    What has changed is sent before the next question, so that this meets it.
    """

    def commit(self) -> None:
        """Waits for `finish`."""

    def finish(self) -> None:
        """Makes the transaction final."""
        super().commit()


class RunBook(Gradebook):
    """nbgrader's gradebook, kept open; used by one thread.

    On SQLite it keeps a write-ahead log, so that formgrader reads on while a run writes, and takes the right to write
    when a transaction begins, so that what was read cannot have changed when it is written back.
    """

    db: scoped_session[_OneCommit]

    def __init__(self, db_url: str, course_id: str) -> None:
        with scripts_on_path():
            super().__init__(db_url, course_id)
        self.db_url = db_url
        self.close()  # what is connected from here on is connected as we want it
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _prepare)
            event.listen(self.engine, "begin", _begin)
        self._rows: dict[tuple[Any, str, str, str], dict[str, Any]] = {}
        self.db = scoped_session(sessionmaker(bind=self.engine, class_=_OneCommit))

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Grade:
        """As nbgrader's, which asks the database for each cell; raises MissingEntry likewise."""
        return self._found(Grade, grade_cell, notebook, assignment, student)

    def find_comment(self, solution_cell: str, notebook: str, assignment: str, student: str) -> Comment:
        """As nbgrader's, likewise."""
        return self._found(Comment, solution_cell, notebook, assignment, student)

    def _found(self, kind: Any, cell: str, notebook: str, assignment: str, student: str) -> Any:
        """A row of a submission's; all of the kind are asked for with the first of them."""
        place = (kind, notebook, assignment, student)
        if place not in self._rows:
            submitted = self.find_submission_notebook(notebook, assignment, student)
            question = select(kind).where(kind.notebook_id == submitted.id).options(joinedload(kind.cell))
            self._rows[place] = {row.cell.name: row for row in self.db.scalars(question)}
        try:
            return self._rows[place][cell]
        except KeyError:
            raise MissingEntry(f"No such {kind.__name__}: {assignment}/{notebook}/{cell} for {student}") from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is done in the block, in which whoever asks for the gradebook gets this one.

        Raises:
            OperationalError: another program held the gradebook for longer than anybody should wait.
        """
        session = self.db()
        token = _of_this_run.set(self)
        try:
            _open(session, time.monotonic() + PATIENCE)
            yield
            session.finish()
        except BaseException:
            session.rollback()
            raise
        finally:
            _of_this_run.reset(token)
            self._rows.clear()
            self.db.remove()  # the next submission's rows are read anew, and none of these are kept in memory


@contextmanager
def gradebook_at(db_url: str) -> Iterator[Gradebook]:
    """The gradebook of this run, where there is one on this thread; else one that is opened for the block."""
    book = _of_this_run.get()
    if book is not None and book.db_url == db_url:
        yield book
        return
    with scripts_on_path():
        fresh = Gradebook(db_url)
    with fresh:
        yield fresh


def _open(session: Session, until: float) -> None:
    """Begins the transaction, as soon as nobody else writes."""
    while True:
        try:
            session.connection()
            return
        except OperationalError as error:
            session.rollback()
            if "locked" not in str(error) or time.monotonic() > until:
                raise
        time.sleep(_PAUSE)


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says, not where the driver guesses
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # what is committed outlives a loss of power
    connection.execute("PRAGMA busy_timeout=1000")


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
