"""What a workflow may do: reads one and says, in sentences, where it breaks the project's policy.

The two linters (`make workflows`) know GitHub; this knows the project: which job may hold a secret, which runs what
students wrote, and that a step does nothing that a person could not do with `make`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]

#: By workflow: jobs that may ask for a secret, and those that may run on a machine of one's own.
MAY_HOLD_SECRETS = {"grade.yml": {"collect"}, "release.yml": {"publish"}}
MAY_RUN_HERE = {"grade.yml": {"grade"}, "gpu.yml": {"gpu"}}
#: What runs code that students, or whoever opened a pull request, may have written.
RUNS_THEIR_CODE = {
    "grade",
    "demo",
    "hostile",
    "test",
    "slow",
    "verify",
    "notebooks",
    "notebooks-whole",
    "gpu-checks",
    "check",
}
#: Steps that may have a secret in their environment.
TAKES_SECRETS = {"private", "collect", "publish"}
#: What a step may set in its environment; PATH, BASH_ENV or MAKEFLAGS would make another command of the same words.
_INPUTS = {"ASSIGNMENT", "SOURCE", "WHERE", "DEVICE", "GATED", "STUDENTS_REPOSITORY"}
_MAY_SET = _INPUTS | {"GITHUB_TOKEN", "CLASSROOM_TOKEN", "STUDENTS_DEPLOY_KEY"}
_SETTINGS = {
    "persist-credentials",
    "python-version",
    "name",
    "path",
    "if-no-files-found",
    "retention-days",
    "overwrite",
}
#: Events that somebody without rights to the repository can cause, with what they wrote.
_OF_STRANGERS = {"pull_request"}
_EVENTS = {"push", "workflow_dispatch", "schedule"} | _OF_STRANGERS
_ACTIONS = re.compile(r"actions/(checkout|setup-python|upload-artifact|download-artifact)@[0-9a-f]{40}")
_PINNED_LINE = re.compile(r"^\s*-? *uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
_RUN = re.compile(r"make ([a-z-]+)")
_MAY_READ = {"contents": "read"}
_MAIN_ALONE = re.compile(r"github\.ref == 'refs/heads/main'( && \([^()]*\))?")
_MINE = re.compile(r"self-hosted")
_SECRETS = {
    "secrets": re.compile(r"\bsecrets\b", re.IGNORECASE),
    # … which is in what is asked for the context as a whole, or by a name that is put together, as well.
    "github.token": re.compile(
        r"\bgithub\s*(\[|[,)]|\.(?!(ref|event_name|event\.pull_request\.number)\b)|\s\.)", re.IGNORECASE
    ),
}
_LONGEST = 360  # minutes: GitHub ends a job by then


@dataclass(frozen=True)
class Workflow:
    """A workflow file.

    Attributes:
        targets: the targets of the Makefile that lies beside its repository's root.
    """

    name: str
    text: str
    targets: frozenset[str]

    @property
    def content(self) -> dict[Any, Any]:
        """What it says; YAML takes the word `on` for a truth value, which is undone."""
        content: dict[Any, Any] = yaml.safe_load(self.text)
        return {"on" if key is True else key: value for key, value in content.items()}

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        """Its jobs, by id."""
        jobs: dict[str, dict[str, Any]] = self.content["jobs"]
        return jobs

    @property
    def events(self) -> set[str]:
        """What starts it."""
        on = self.content["on"]
        return {on} if isinstance(on, str) else set(on)


def targets_of(makefile: Path) -> frozenset[str]:
    """The targets that a Makefile has rules for."""
    return frozenset(re.findall(r"^([a-z-]+):", makefile.read_text(), re.MULTILINE))


def workflows_of(root: Path) -> list[Workflow]:
    """All workflows of the repository whose root is a folder."""
    targets = targets_of(root / "Makefile")
    files = sorted((root / ".github" / "workflows").iterdir())
    return [Workflow(path.name, path.read_text(), targets) for path in files]


def faults(workflow: Workflow) -> list[str]:
    """Where a workflow breaks the policy; nothing when it keeps to it."""
    found = [*_of_the_whole(workflow)]
    for name, job in workflow.jobs.items():
        found += [f"{name}: {fault}" for fault in _of_a_job(workflow, name, job)]
        for number, step in enumerate(job.get("steps", []), 1):
            found += [f"{name}, step {number}: {fault}" for fault in _of_a_step(workflow, step)]
    return found


def _of_the_whole(workflow: Workflow) -> Iterator[str]:
    if unknown := workflow.events - _EVENTS:
        yield f"starts on {', '.join(sorted(unknown))}"
    if workflow.content.get("permissions") != {}:
        yield "does not begin without permissions"
    if "concurrency" not in workflow.content:
        yield "says nothing about concurrency"
    if "env" in workflow.content or "defaults" in workflow.content:
        yield "sets an environment or defaults for all jobs"
    for line in workflow.text.splitlines():
        if re.match(r"\s*-? *uses:", line) and not _PINNED_LINE.match(line):
            yield f"pins no commit with its version: {line.strip()}"
    if _OF_STRANGERS & workflow.events and "secrets" in _used(workflow.content):
        yield "asks for a secret where strangers can start it"


def _of_a_job(workflow: Workflow, name: str, job: Mapping[str, Any]) -> Iterator[str]:
    if job.get("permissions") not in ({}, _MAY_READ):
        yield "may do more than read the contents"
    if not isinstance(job.get("timeout-minutes"), int) or job["timeout-minutes"] > _LONGEST:
        yield "has no timeout"
    if "env" in job or "container" in job or "services" in job or "uses" in job:
        yield "sets an environment for all steps, a container or a service, or is another workflow"
    if "defaults" in job or job.get("continue-on-error"):
        yield "changes how its steps run, or counts as done when it failed"
    yield from _of_its_machine(workflow, name, job)
    if "secrets" in _used(job) or "environment" in job:
        yield from _of_its_secrets(workflow, name, job)


def _of_its_secrets(workflow: Workflow, name: str, job: Mapping[str, Any]) -> Iterator[str]:
    targets = {target for step in job.get("steps", []) if (target := _target(step))}
    if name not in MAY_HOLD_SECRETS.get(workflow.name, set()):
        yield "may hold no secret"
    if targets & RUNS_THEIR_CODE:
        yield f"runs the code of others beside a secret: make {', '.join(sorted(targets & RUNS_THEIR_CODE))}"
    if "environment" not in job:
        yield "takes a secret from no protected environment"
    if not _waits_for_main(workflow, job):
        yield "holds a secret for every branch"


def _of_its_machine(workflow: Workflow, name: str, job: Mapping[str, Any]) -> Iterator[str]:
    runs_on = str(job.get("runs-on"))
    mine = bool(_MINE.search(runs_on))
    if mine and (name not in MAY_RUN_HERE.get(workflow.name, set()) or _OF_STRANGERS & workflow.events):
        yield "may not run on a machine of one's own"
    if not mine and not re.fullmatch(r"ubuntu-\d\d\.04", runs_on):
        yield f"runs on {runs_on}"
    if mine and not _waits_for_main(workflow, job):
        yield "runs what a branch holds on a machine of one's own"


def _waits_for_main(workflow: Workflow, job: Mapping[str, Any]) -> bool:
    """Whether a job, or the one that it needs and without which it does not go on, runs for main alone."""
    if "if" in job:
        return bool(_MAIN_ALONE.fullmatch(str(job["if"])))
    needed = job.get("needs")
    return isinstance(needed, str) and _waits_for_main(workflow, workflow.jobs[needed])


def _of_a_step(workflow: Workflow, step: Mapping[str, Any]) -> Iterator[str]:
    if "run" in step and not ((target := _target(step)) and target in workflow.targets):
        yield f"runs something other than a target of the Makefile: {step['run']}"
    if "shell" in step or "working-directory" in step or step.get("continue-on-error"):
        yield "changes how a step runs"
    if "uses" in step and not _ACTIONS.fullmatch(step["uses"]):
        yield f"uses {step['uses']}"
    secret = _used(step) & {"secrets", "github.token"}
    if secret and _target(step) not in TAKES_SECRETS:
        yield f"gets {', '.join(sorted(secret))}"
    for variable in sorted(set(step.get("env", {})) - _MAY_SET):
        yield f"sets {variable}"
    yield from _of_settings(step, step.get("with", {}))


def _of_settings(step: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[str]:
    if "actions/checkout@" in step.get("uses", "") and settings.get("persist-credentials") is not False:
        yield "leaves the token in the checkout"
    if set(settings) - _SETTINGS:
        yield "takes a token, a cache or another checkout"
    if "upload-artifact@" in step.get("uses", "") and not 1 <= int(settings.get("retention-days", 90)) <= 7:
        yield "keeps students' work for more than a week"


def _target(step: Mapping[str, Any]) -> str:
    """The target of the Makefile that a step runs; empty when it runs anything else, or more."""
    found = _RUN.fullmatch(step["run"]) if isinstance(step.get("run"), str) else None
    return found.group(1) if found else ""


def _used(part: object) -> set[str]:
    """What of GitHub's contexts is used somewhere in a part of a workflow, as far as it is a secret."""
    words = str(part)
    return {name for name, rule in _SECRETS.items() if rule.search(words)}
