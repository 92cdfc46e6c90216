"""Carries a quiz to other systems, and says what did not fit.

::

    page.py     one HTML page that asks and answers
    paper.py    Markdown to print, the answers at its end
    moodle.py   Moodle XML
    qti.py      QTI for Canvas, through text2qti
"""

from autograder.quiz.export.carry import FORMS, Exported, export

__all__ = ["FORMS", "Exported", "export"]
