"""Every sentence of the verdicts and of the class report: templates with named fields, to be translated."""

from __future__ import annotations

from autograder.model import Verdict

#: A mark and a word for each verdict, so that no colour is needed to tell them apart.
MARKS: dict[Verdict, tuple[str, str]] = {
    Verdict.PASSED: ("✓", "passed"),
    Verdict.FAILED: ("✗", "not yet"),
    Verdict.TIMEOUT: ("✗", "out of time"),
    Verdict.CRASHED: ("✗", "crashed"),
    Verdict.SKIPPED: ("○", "not counted"),
    Verdict.PENDING: ("…", "waits for a GPU"),
    Verdict.ERROR: ("?", "no verdict"),
}

# The verdict on one exercise, read by students.
SCORE = "{exercise}: {score} of {max_score} points"
SCORE_BONUS = "{exercise}: {score} of {max_score} bonus points"
SCORE_PENDING = "{exercise}: its {max_score} points wait for a run with a GPU"
SCORE_ERROR = "{exercise}: no verdict yet on its {max_score} points; a person will look at it"
CHECKS_PASSED = "Checks passed: {passed} of {counted}."
NO_CORE = "No check of the values themselves passed, so the other checks earn nothing yet."
STAND_INS = (
    "Your own solutions of earlier exercises kept this one from passing, so it was checked with right ones in their "
    "place, and that result counts: an error costs its points once."
)
QUESTION = "Question {number}"
ANSWER = "{mark} {title}"
HOW_RIGHT = {"all": "✓", "some": "◐", "none": "✗"}
CHECK = "{mark} {title} ({word})"
EXPLANATION = "What probably happened"
NOTICES = "About this run"
MORE = "And {count} more."
STAMP = "Graded on {device}, in a sandbox ({sandbox}); checks of version {version}."
STAMP_OFF = "Graded on {device}, with the sandbox off; checks of version {version}."
STAMP_NOT_RUN = "A quiz is read, and nothing of it is run; key of version {version}."
NO_CHECKS = "No check was run."

# The report on a class, read by instructors.
TITLE = "{assignment}: the class"
SUMMARY_GRADED = "graded"
SUMMARY_MEDIAN = "median, of {max_score}"
SUMMARY_MEAN = "mean, of {max_score}"
SUMMARY_LOOK = "need a look"
SUMMARY_MARK = "to be marked by hand"
EMPTY = "Nothing was graded yet: `autograder grade {assignment}` writes the reports that this page is made from."

DISTRIBUTION = "Marks"
DISTRIBUTION_AXIS = "share of the points that the machine can give"
DISTRIBUTION_TITLE = "Distribution of marks: {text}."
DISTRIBUTION_BIN = "{count} at {low}–{high} %"
PENDING_LEFT_OUT = "Left out, because points of theirs have no verdict yet: {count}."

CHECKS = "Checks, hardest first"
CHECKS_WORDS = "Filled: passed. Hatched: did not pass. Dotted: did not count, or has no verdict."
CHECK_TITLE = "{title} Passed: {passed} of {total}."
OTHER_CHECKS = "The others: {count}"

MISCONCEPTIONS = "Misconceptions met"
MISCONCEPTIONS_WORDS = "A student's wrong output was the same as this wrong solution's, on secret inputs."
MISCONCEPTION_COUNT = "{count} of {total}"
NO_MISCONCEPTION = "None was recognised."

QUIZ = "Questions"
QUIZ_WORDS = (
    "Points earned: the mean share of its points. How telling: its correlation with the student's other answers; near "
    "0 it does not tell who knows the rest, below 0 it may have a wrong key. Rates need ten students."
)
QUIZ_QUESTION = "Question"
QUIZ_RIGHT = "All right"
QUIZ_SILENT = "Left open"
QUIZ_RATE = "Points earned"
QUIZ_TELLS = "How telling"
QUIZ_WRONG = "What was answered instead"
QUIZ_COUNT = "{right} of {count}"
TOO_FEW = "–"
GAINS = "Before and after"
GAINS_WORDS = (
    "With {other}, over those with a verdict in both (n): answers that are all right, and in brackets the mean share "
    "of the points. Gain: which share of what was missing before is there "
    "afterwards; below 0, which share was lost. Rates need ten students."
)
GAIN_CONCEPT = "Concept"
GAIN_BEFORE = "Right before"
GAIN_AFTER = "Right after"
GAIN = "Gain"
NO_GAINS = "Nobody has taken both this quiz and {other} yet."
GAIN_STUDENTS = "n"

PERSONS = "Needs a person"
NOBODY = "Nobody waits."
WHY_REJECTED = "Could not be graded. {reason}"
WHY_ERROR = "The grader failed at {exercises}: no points were given or taken."
WHY_UNREAD = "No verdict on {exercises}; its feedback says why."
WHY_PENDING = "Waits for a GPU: {exercises}."
WHY_MANUAL = "A person marks {cells}."
WHY_UNREADABLE = "The report on this submission cannot be read ({reason}); grade it again."
WHY_STALE = "Was graded with checks of another version ({version}); grade it again."

TABLE = "Marks by student"
COLUMN_STUDENT = "Student"
COLUMN_TOTAL = "By machine"
COLUMN_MANUAL = "By hand"
COLUMN_OF = "of {max_score}"
COLUMN_BONUS = "bonus, of {max_score}"
NO_MARK = "–"
WAITS = "waits"
LEGEND_QUIZ = "✓ all points · ◐ some · ✗ none · ? no verdict"
LEGEND = "✓ all points · ◐ some · ✗ none · … waits for a GPU · ? no verdict · * checked with stand-ins"

NOTICE_LIST = "Notices"
NO_NOTICES = "None."
FOOT = "Made by autograder from {count} reports, checks of version {version}, {device}. Sandbox: {sandbox}."
