"""Hostile and faulty submissions, each graded through the real pipeline.

::

    cases/        what is handed in, and what must come of it: one module per family
    case.py       the record that a case is
    payload.py    pieces of student code that several cases use
    theatre.py    a course, made once and copied for each case; what there is to steal; listeners
    runner.py     one case: graded beside an honest neighbour, then looked over
    gradebook.py, leftovers.py, appetite.py, pages.py    what is looked over
    restarts.py   the grader itself killed, a resubmission while it works, a lock with a layer missing
    __main__.py   `python -m autograder.tests.hostile [ids]` prints the table

`test_hostile.py` runs the same cases under pytest.
"""
