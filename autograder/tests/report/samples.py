"""Reports to lay out, harmless and hostile."""

from __future__ import annotations

import json

from autograder.course import Course
from autograder.model import CheckResult, ExerciseResult, ManualCell, Report, Verdict

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31mred\x1b[0m\x00\u202e`</code><b>` "
    "$\\href{javascript:1}{x}$"
)


def check(name: str, verdict: Verdict = Verdict.PASSED, **fields: object) -> CheckResult:
    return CheckResult(name, f"The title of {name}.", verdict, core=True, **fields)  # type: ignore[arg-type]


def exercise(grade_id: str, *checks: CheckResult, points: float = 4.0, **fields: object) -> ExerciseResult:
    return ExerciseResult(grade_id, points, checks, **fields)  # type: ignore[arg-type]


def report(*exercises: ExerciseResult, **fields: object) -> Report:
    settings: dict[str, object] = {"version": "abc123", "sandbox": "off", "device": "cpu"} | fields
    return Report("attention", exercises=exercises, **settings)  # type: ignore[arg-type]


def hostile() -> Report:
    wrong = check("bad", Verdict.FAILED, message=HOSTILE, misconception=HOSTILE, explanation=HOSTILE)
    return report(exercise(HOSTILE, wrong), device=HOSTILE, sandbox=HOSTILE, notices=(HOSTILE,))


def save(course: Course, student: str, found: Report | str) -> None:
    folder = course.state / "reports" / "attention"
    folder.mkdir(parents=True, exist_ok=True)
    text = found if isinstance(found, str) else json.dumps(found.to_json())
    (folder / f"{student}.json").write_text(text)


def with_manual(found: Report, answered: bool = True) -> Report:
    fields = {name: getattr(found, name) for name in ("version", "sandbox", "device", "notices")}
    return report(*found.exercises, manual=(ManualCell("three-places", 3.0, answered),), **fields)
