"""What a late submission costs: a share of what was earned, for each day begun after the due date.

- For `GRACE_MINUTES` after the due date nothing is lost: clocks differ and networks are slow.
- After that, each day that has begun, counted from the due date, costs `SHARE_PER_DAY` of the points earned.
- No more than `MAX_SHARE` is ever lost, so that late work is always worth handing in.

So a later submission of the same work is never worth more, and never less than nothing. Due dates are
nbgrader's, in the gradebook (`nbgrader db assignment add NAME --duedate=…`, or formgrader). nbgrader computes
the penalty while it grades: after marking by hand, grade once more with --force to count those marks in.
"""

from __future__ import annotations

import math

from nbgrader.plugins import LateSubmissionPlugin

GRACE_MINUTES = 15
SHARE_PER_DAY = 0.10
MAX_SHARE = 0.50

_DAY = 24 * 60 * 60


def penalty(score: float, seconds_late: float) -> float:
    """The points that a submission loses, between 0 and `score`."""
    if seconds_late <= GRACE_MINUTES * 60:
        return 0.0
    share = min(MAX_SHARE, SHARE_PER_DAY * math.ceil(seconds_late / _DAY))
    return max(0.0, score) * share


class LatePenalty(LateSubmissionPlugin):
    """The rule above, as nbgrader asks for it."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        """The points that a student loses for handing in late."""
        return penalty(score, total_seconds_late)
