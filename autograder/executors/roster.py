"""The workers that a scheduler knows, as a grader sees them: which of them may be used, and for how much."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.executors.member import Refusal
from autograder.executors.stamp import GPU, stamp, stamp_in

GRACE = 5.0  #: seconds that are left to others to join when those that are there cannot be used
_OTHER = "The worker {name} is left out: it has {theirs}, and the grader has {ours}; install the same on both."
_REFUSED = "The worker {name} is left out: {why}"
_GONE = "The worker {name} is gone; what it was at is done by others."
_NOT_OURS = "{count} of the scheduler's workers do not grade; start them by autograder worker {address}."
_NO_GPU = "None of the workers of {address} has had a GPU for {seconds:.0f} s."
_NOBODY = "No worker has joined {address} for {seconds:.0f} s; start some by autograder worker {address}."


@dataclass
class Roster:
    """Who is there.

    Attributes:
        address: of the scheduler.
        slots: how many submissions are graded at a time; gpus: how many of them on a GPU.
        notices: what a person should know of workers.
    """

    address: str
    slots: int = 0
    gpus: int = 0
    notices: list[str] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)  # of those that can be used, by address
    _refused: dict[str, str] = field(default_factory=dict)  # sentences, by address
    _foreign: int = 0
    _dearth_is_told: bool = False
    _served: dict[bool, float] = field(default_factory=lambda: dict.fromkeys((False, True), time.monotonic()))

    def update(self, workers: Mapping[str, Mapping[str, Any]]) -> None:
        """Takes in what the scheduler says of its workers, by address."""
        ours = {address: each for address, each in workers.items() if stamp_in(each["resources"])}
        fit = {address: each for address, each in ours.items() if self._is_fit(address, each)}
        for address in self._names.keys() - workers.keys() - self._refused.keys():
            self._say(_GONE.format(name=self._names[address]))
        self._names = {address: str(each["name"]) for address, each in fit.items()}
        self._foreign = len(workers) - len(ours)
        self.slots = sum(int(each["resources"][stamp()]) for each in fit.values())
        self.gpus = sum(int(each["resources"].get(GPU, 0)) for each in fit.values())
        self._dearth_is_told = self._dearth_is_told and not self.slots
        self._served |= {on_gpu: time.monotonic() for on_gpu in (False, True) if self._slots_for(on_gpu)}

    def leave_out(self, refusal: Refusal) -> None:
        """A worker has said that it must not be used."""
        if refusal.address not in self._refused:
            self._refused[refusal.address] = _REFUSED.format(name=refusal.name, why=refusal.why)
            self._say(self._refused[refusal.address])

    def hopeless(self, patience: float, *, on_gpu: bool) -> str:
        """Why nobody will do any work of that kind, in a sentence; empty as long as somebody may."""
        seconds = time.monotonic() - self._served[on_gpu]
        if self._slots_for(on_gpu) or seconds < min(patience, GRACE):
            return ""
        if self._refused and not self.slots:
            return next(reversed(self._refused.values()))
        return self._why_nobody(seconds) if seconds >= patience else ""

    def dearth(self) -> str:
        """That nobody has been there for a while, in a sentence; empty where that was told, until somebody comes."""
        seconds = time.monotonic() - self._served[False]
        if self.slots or self._dearth_is_told or seconds < GRACE:
            return ""
        self._dearth_is_told = True
        return self._why_nobody(seconds)

    def _why_nobody(self, seconds: float) -> str:
        if self.slots:
            return _NO_GPU.format(seconds=seconds, address=self.address)
        if self._foreign:
            return _NOT_OURS.format(count=self._foreign, address=self.address)
        return _NOBODY.format(seconds=seconds, address=self.address)

    def _slots_for(self, on_gpu: bool) -> int:
        return self.gpus if on_gpu else self.slots

    def _is_fit(self, address: str, worker: Mapping[str, Any]) -> bool:
        theirs = stamp_in(worker["resources"])
        if theirs != stamp() and address not in self._refused:
            self._refused[address] = _OTHER.format(name=worker["name"], theirs=theirs, ours=stamp())
            self._say(self._refused[address])
        return address not in self._refused and worker["status"] in ("running", "init")

    def _say(self, sentence: str) -> None:
        if sentence not in self.notices:
            self.notices.append(sentence)
