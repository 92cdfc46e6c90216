"""What an assignment's checks are written with; everything else in this room is private to the grader.

::

    @pytest.mark.exercise("softmax", needs=())
    class TestSoftmax:
        @pytest.mark.check(weight=2, core=True)
        def test_values(self, student: Student, draw: Draw) -> None:
            '''Title that students read.'''
            x = draw.normal(2, 3, 5)
            close(student.call("softmax", x, dim=1), torch.softmax(x, dim=1), "probabilities along dim=1")
"""

from autograder.checks.compare import CheckFailed, close, fail, same, shaped
from autograder.checks.draw import Draw
from autograder.checks.student import Remote, Student, StudentRaised

__all__ = ["CheckFailed", "Draw", "Remote", "Student", "StudentRaised", "close", "fail", "same", "shaped"]
