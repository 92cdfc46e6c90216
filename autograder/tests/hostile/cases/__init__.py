"""All cases, family by family, each family in a module of its own."""

from __future__ import annotations

from autograder.tests.hostile.case import Case
from autograder.tests.hostile.cases import (
    answers,
    disk,
    forge,
    gpu,
    hidden,
    honest,
    intake,
    loops,
    memory,
    net,
    out,
    proc,
    rpc,
    secret,
    system,
    tamper,
)

CASES: tuple[Case, ...] = (
    *forge.CASES,
    *answers.CASES,
    *secret.CASES,
    *hidden.CASES,
    *tamper.CASES,
    *net.CASES,
    *loops.CASES,
    *proc.CASES,
    *memory.CASES,
    *disk.CASES,
    *out.CASES,
    *gpu.CASES,
    *intake.CASES,
    *rpc.CASES,
    *honest.CASES,
    *system.CASES,
)
