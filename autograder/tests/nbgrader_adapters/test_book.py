"""One open gradebook: a submission is in it whole or not at all, and other programs may read and write beside it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from autograder.course import Assignment, Course
from autograder.nbgrader_adapters import book as book_module
from autograder.nbgrader_adapters.book import RunBook, gradebook_at
from autograder.nbgrader_adapters.failures import explain
from autograder.nbgrader_adapters.grading import Status
from autograder.nbgrader_adapters.preprocessors import SettleGrades
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS, FakeGrader, grade, hand_in, marks

pytestmark = NBGRADER_WARNINGS
LOCKED = "The gradebook is locked by another program: close it, or wait a moment, and run again."


def url(course: Course) -> str:
    return f"sqlite:///{course.root / 'gradebook.db'}"


@pytest.fixture
def book(course: Course) -> Iterator[RunBook]:
    made = RunBook(url(course), "aandacht")
    yield made
    made.close()


def enrol(book: RunBook, student: str) -> SubmittedAssignment:
    """A student who has handed in something."""
    book.update_or_create_student(student)
    book.db.flush()
    return book.update_or_create_submission("tiny", student, timestamp=datetime(2026, 3, 1))


@contextmanager
def another_program(course: Course, begins: str = "BEGIN EXCLUSIVE") -> Iterator[sqlite3.Connection]:
    """Something else that has the gradebook open, in a transaction; lets go at the end."""
    path = course.root / "gradebook.db"
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=False)) as connection:
        connection.execute(begins)
        yield connection
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def students(course: Course) -> list[str]:
    """Whom another program finds in it."""
    with closing(sqlite3.connect(course.root / "gradebook.db")) as connection:
        return [name for (name,) in connection.execute("select id from student order by id")]


# All or nothing


def test_what_was_done_in_a_transaction_is_there_after_it_and_not_before(book: RunBook, course: Course) -> None:
    with book.transaction():
        enrol(book, "alice")
        book.db.commit()  # as nbgrader does after every step
        assert students(course) == []
    assert students(course) == ["alice"]


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_an_error_leaves_nothing_of_it(book: RunBook, course: Course, error: type[BaseException]) -> None:
    with book.transaction():
        enrol(book, "alice")

    def fail() -> None:
        with book.transaction():
            enrol(book, "bob")
            book.db.commit()
            raise error

    with pytest.raises(error):
        fail()
    assert students(course) == ["alice"]
    with book.transaction():
        enrol(book, "carol")
    assert students(course) == ["alice", "carol"]


def test_an_error_after_the_grades_were_saved_leaves_those_that_there_were(
    assignment: Assignment, course: Course, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(assignment, "alice", double_code="def double(x): return 0")
    grade(assignment)
    before = marks(course, "alice")
    hand_in(assignment, "alice")
    hand_in(assignment, "bob")
    settle = SettleGrades.preprocess

    def fail(self: SettleGrades, nb: Any, resources: dict[str, Any]) -> Any:
        settle(self, nb, resources)
        raise ZeroDivisionError("oops")

    with monkeypatch.context() as broken:
        broken.setattr(SettleGrades, "preprocess", fail)
        outcome = grade(assignment)
    assert [each.status for each in outcome.submissions] == [Status.FAILED] * 2
    assert marks(course, "alice") == before
    assert marks(course, "bob") == {}
    assert students(course) == ["alice"]
    assert grade(assignment).complete
    assert marks(course, "alice")["double"].auto == marks(course, "bob")["double"].auto == 2.0


def test_nothing_of_a_submission_is_kept_in_memory(book: RunBook) -> None:
    for student in ("alice", "bob"):
        with book.transaction():
            submission = enrol(book, student)
            book.find_grade("double", "tiny", "tiny", student)
            book.find_comment("double-code", "tiny", "tiny", student)
            assert submission in book.db
        assert list(book.db) == []
        assert not book.db.registry().in_transaction()
        assert book._rows == {}


def test_a_cell_is_found_as_nbgrader_finds_it(book: RunBook, course: Course) -> None:
    with book.transaction():
        enrol(book, "alice")
    with Gradebook(url(course)) as stock, book.transaction():
        for cell in ("double", "on-gpu", "whole", "why"):
            ours, theirs = (each.find_grade(cell, "tiny", "tiny", "alice") for each in (book, stock))
            assert ours.id == theirs.id
        for cell in ("double-code", "why"):
            ours, theirs = (each.find_comment(cell, "tiny", "tiny", "alice") for each in (book, stock))
            assert ours.id == theirs.id
        for each in (book, stock):
            with pytest.raises(MissingEntry):
                each.find_grade("double-code", "tiny", "tiny", "alice")
            with pytest.raises(MissingEntry):
                each.find_grade("double", "tiny", "tiny", "nobody")


def test_what_is_created_within_a_transaction_is_found_in_it(book: RunBook) -> None:
    with book.transaction():
        enrol(book, "alice")
        found = book.find_grade("double", "tiny", "tiny", "alice")
        found.auto_score = 1.5
        book.db.commit()
        assert book.find_submission_notebook("tiny", "tiny", "alice").score == 1.5


# Who gets which


def test_in_a_transaction_whoever_asks_gets_this_one_and_elsewhere_one_of_their_own(
    book: RunBook, course: Course
) -> None:
    with book.transaction():
        with gradebook_at(url(course)) as found:
            assert found is book
        with gradebook_at("sqlite://") as another:
            assert another is not book
        elsewhere: list[bool] = []
        thread = threading.Thread(target=lambda: elsewhere.append(_is_given(book, course)))
        thread.start()
        thread.join(30)
        assert elsewhere == [False]
    with gradebook_at(url(course)) as after:
        assert after is not book
        assert not isinstance(after, RunBook)


def _is_given(book: RunBook, course: Course) -> bool:
    with gradebook_at(url(course)) as found:
        return found is book


# Beside other programs


def test_it_keeps_a_log_and_others_read_on_while_it_is_written(book: RunBook, course: Course) -> None:
    with book.transaction():
        enrol(book, "alice")
        book.db.flush()
        with another_program(course, "BEGIN") as reader:
            assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert reader.execute("select count(*) from student").fetchone() == (0,)
    assert students(course) == ["alice"]


def test_who_reads_keeps_nobody_from_writing(book: RunBook, course: Course) -> None:
    with book.transaction():
        enrol(book, "alice")
    with another_program(course, "BEGIN") as reader:
        assert reader.execute("select count(*) from student").fetchone() == (1,)
        with book.transaction():
            enrol(book, "bob")
        assert reader.execute("select count(*) from student").fetchone() == (1,)  # as it was when it began
    assert students(course) == ["alice", "bob"]


@pytest.mark.parametrize("begins", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
@pytest.mark.parametrize("when", ["before it is opened", "between two submissions"])
def test_who_writes_for_a_while_is_waited_for(course: Course, when: str, begins: str) -> None:
    with closing(_opened(course)) as book:
        if when == "between two submissions":
            with book.transaction():
                enrol(book, "alice")
        with another_program(course, begins) as other:
            threading.Timer(1.5, other.execute, ["ROLLBACK"]).start()
            with book.transaction():
                assert not other.in_transaction
                enrol(book, "bob")
    assert "bob" in students(course)


def _opened(course: Course) -> RunBook:
    return RunBook(url(course), "aandacht")


def test_who_never_lets_go_is_told_of_in_a_sentence(
    book: RunBook, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_module, "PATIENCE", 0.2)
    with book.transaction():
        enrol(book, "alice")
    with another_program(course), pytest.raises(OperationalError) as caught, book.transaction():
        pytest.fail("nobody may write here")
    assert explain(caught.value) == LOCKED
    with book.transaction():
        enrol(book, "bob")
    assert students(course) == ["alice", "bob"]


def test_a_class_is_graded_when_the_gradebook_is_free_again(
    assignment: Assignment, course: Course, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_module, "PATIENCE", 0.2)
    hand_in(assignment, "alice")
    grade(assignment)
    hand_in(assignment, "alice", playground="another = 1")
    holder: list[Any] = []

    def hold(_: object) -> None:
        holder.append(another_program(course, "BEGIN IMMEDIATE"))
        holder[-1].__enter__()

    grader.before = hold
    outcome = grade(assignment)
    assert outcome.submissions[0].sentences == (LOCKED,)
    holder.pop().__exit__(None, None, None)
    grader.before = lambda notebook: None
    assert grade(assignment).complete
    assert len(grader.graded) == 2  # nothing was executed a second time


def test_another_database_is_told_nothing_that_only_sqlite_knows(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No such database can be reached from here: that of the course says that it is another one."""
    listened: list[str] = []
    listen = event.listen

    def note(target: Any, name: str, function: Any, *others: Any, **settings: Any) -> None:
        """SQLAlchemy itself listens by the same function, to events that none of ours are asked about."""
        if getattr(function, "__module__", "") == book_module.__name__:
            listened.append(name)
        listen(target, name, function, *others, **settings)

    monkeypatch.setattr(event, "listen", note)
    with closing(_opened(course)):
        assert listened == ["connect", "begin"]
    listened.clear()
    created = Gradebook.__init__

    def elsewhere(self: Gradebook, db_url: str, course_id: str) -> None:
        created(self, db_url, course_id)
        self.engine = SimpleNamespace(dialect=SimpleNamespace(name="postgresql"), dispose=self.engine.dispose)

    monkeypatch.setattr(Gradebook, "__init__", elsewhere)
    RunBook(url(course), "aandacht")
    assert listened == []


def test_the_log_ends_with_the_run(book: RunBook, course: Course) -> None:
    with book.transaction():
        enrol(book, "alice")
    book.close()
    assert [path.name for path in course.root.glob("gradebook.db*")] == ["gradebook.db"]
