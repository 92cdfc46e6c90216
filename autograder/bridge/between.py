"""Between two checks in one process: what is put back, and whether anything else is no longer as it was.

A fork of a kernel costs more than most checks do, so one fork answers several. That is only fair while the second
check finds what the first one found. Names and random numbers are put back. What a function keeps elsewhere (a cache, a
default argument, a module's buffers, a setting of torch's) is looked at, and where it has changed the other side is
told to take a fresh fork.

This runs beside student code, which may undo it: a check that then goes wrong is asked again in a fresh fork, and one
that goes right has been given the right values. Nothing is called that the student's classes redefine of lists, dicts
and objects, and the look ends soon: where there is more to see than that, each check gets a fresh fork, as it does
where something cannot be looked at. What iterators and other libraries' objects keep is not seen.
"""

from __future__ import annotations

import functools
import gc
import os
import random
import sys
import threading
import zlib
from collections import deque
from collections.abc import Iterable
from ctypes import c_char
from types import CodeType, FunctionType, GeneratorType, MethodType, SimpleNamespace
from typing import Any

import torch

LARGE = 1_000  #: parts of a container beyond which it is looked at from outside only
LARGE_BYTES = 2**22  #: bytes of a tensor or an array beyond which torch's own count of changes has to do
MOST = 100_000  #: values; a look that meets more is given up
_CACHED = functools._lru_cache_wrapper
_CONTAINERS = (list, tuple, set, deque)
#: What keeps nothing, or cannot be changed; most values are of these kinds.
_PLAIN = frozenset({int, float, complex, bool, str, bytes, type(None), CodeType, torch.dtype, torch.device, torch.Size})
#: What keeps others, and nothing besides.
_WRAPPERS = (MethodType, staticmethod, classmethod, property, functools.partial, SimpleNamespace, GeneratorType)


class Start:
    """A namespace as it was when the first check came.

    Args:
        namespace: the globals that student functions live in.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace, self._names = namespace, dict(namespace)
        self._numbers = _random_numbers()
        self._look = _look_at(namespace)

    def put_back(self) -> None:
        """Puts names and random numbers back."""
        self._namespace.clear()
        self._namespace.update(self._names)
        _set_random_numbers(self._numbers)

    def is_back(self) -> bool:
        """Puts them back; whether everything else that can be seen is as it was."""
        self.put_back()
        if self._look is None:
            return False
        gc.collect()  # what a check has left in cycles is not the next one's to carry
        now = _look_at(self._namespace)
        return now is not None and now.marks == self._look.marks


def _random_numbers() -> dict[str, Any]:
    numbers: dict[str, Any] = {"random": random.getstate(), "torch": torch.get_rng_state()}
    if numpy := sys.modules.get("numpy"):  # None where student code forbade to import it
        numbers["numpy"] = numpy.random.get_state()
    return numbers


def _set_random_numbers(numbers: dict[str, Any]) -> None:
    random.setstate(numbers["random"])
    torch.set_rng_state(numbers["torch"])
    if "numpy" in numbers:
        sys.modules["numpy"].random.set_state(numbers["numpy"])


def _look_at(namespace: dict[str, Any]) -> _Look | None:
    """What can be seen of it; None where that cannot be told."""
    try:
        look = _Look(namespace)
        return look if look.at(namespace.values()) else None
    except Exception:  # noqa: BLE001 - whatever student code did to what is asked here, and be it that its folder is gone
        return None


def _settings() -> tuple[object, ...]:
    """What a function can set for the whole process."""
    return (
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.get_num_threads(),
        torch.get_float32_matmul_precision(),
        torch.are_deterministic_algorithms_enabled(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.is_anomaly_enabled(),
        torch.is_autocast_enabled("cpu"),
        sys.getrecursionlimit(),
        threading.active_count(),
        os.getcwd(),  # noqa: PTH109 - a plain text, to be compared
        tuple(map(id, vars(torch.nn.functional).values())),
    )


class _Look:
    """A walk over what a namespace's functions can keep something in.

    Attributes:
        marks: what all of it looked like, and the settings.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace, self._home = namespace, namespace.get("__name__", "builtins")
        self._numbers: set[int] = set()
        self._kept: list[Any] = []  # so that no other object gets the number of one of them
        self._sums: dict[tuple[int, int], int] = {}
        self.marks: list[object] = [_settings()]

    def at(self, values: Iterable[Any]) -> bool:
        """Takes note of values and of what they hold, of each once; whether it came to their end."""
        waiting, met = _without_plain(values), 0
        while waiting and met < MOST:
            value = waiting.pop()
            if id(value) not in self._numbers:
                parts = self._note(value)
                met += 1 + len(parts)
                waiting += _without_plain(parts)
        return not waiting

    def _note(self, value: Any) -> list[Any]:
        mark, parts = self._mark(value, type(value))
        if mark is None:
            return []
        self._numbers.add(id(value))
        self._kept += (value, parts)
        self.marks.append((id(value), mark, *map(id, parts)))
        return parts

    def _mark(self, value: Any, kind: type) -> tuple[object, list[Any]]:
        """What it looks like from outside, and what is in it; None for what keeps nothing that can be seen."""
        mark = self._mark_of_numbers(value, kind)
        own = gc.get_referents(value) if self._is_ones_own(value, kind) or issubclass(kind, _WRAPPERS) else []
        if issubclass(kind, _CACHED):
            info = value.cache_info()
            return (info.misses, info.currsize), [value.__wrapped__]
        if issubclass(kind, FunctionType):
            return "function", self._parts_of_function(value)
        if issubclass(kind, (dict, *_CONTAINERS)):
            size, parts = _contents_of(value, kind)
            return size, [*parts, *own]
        return mark or (kind if own else None), own

    def _parts_of_function(self, function: FunctionType) -> list[Any]:
        if function.__globals__ is not self._namespace:
            return []
        cells = [content for cell in function.__closure__ or () for content in gc.get_referents(cell)]
        return [function.__code__, function.__defaults__, function.__kwdefaults__, function.__dict__, *cells]

    def _is_ones_own(self, value: Any, kind: type) -> bool:
        """A class of the notebook's, an object of one, or a module of torch's."""
        made_by = value if issubclass(kind, type) else kind
        home = type.__getattribute__(made_by, "__module__")
        return home == self._home != "builtins" or issubclass(kind, torch.nn.Module)

    def _mark_of_numbers(self, value: Any, kind: type) -> object:
        """Of what holds numbers, or the state from which they are drawn."""
        if issubclass(kind, torch.Tensor):
            return self._mark_of_tensor(value)
        if issubclass(kind, torch.Generator):
            return value.get_state().numpy().tobytes()
        if issubclass(kind, random.Random):
            return random.Random.getstate(value)
        numpy = sys.modules.get("numpy")
        if numpy and issubclass(kind, numpy.ndarray):
            return value.shape, zlib.crc32(value.tobytes()) if value.nbytes <= LARGE_BYTES else 0
        if numpy and issubclass(kind, numpy.random.Generator):
            return repr(value.bit_generator.state)
        return None

    def _mark_of_tensor(self, value: torch.Tensor) -> object:
        about = value._version, id(value.grad), value.requires_grad
        if value.device.type != "cpu" or value.layout is not torch.strided:
            return about
        memory = value.untyped_storage()
        place = memory.data_ptr(), memory.nbytes()
        if place not in self._sums:  # many tensors may be views of one
            self._sums[place] = _sum_of(*place)
        return *about, value.data_ptr(), place, self._sums[place]


def _without_plain(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if type(value) not in _PLAIN]


def _contents_of(value: Any, kind: type) -> tuple[int, list[Any]]:
    """How many there are, and which: by Python's own methods, whatever a class of the student's puts in their place."""
    if issubclass(kind, dict):
        size = dict.__len__(value)
        return size, [] if size > LARGE else [*dict.keys(value), *dict.values(value)]
    base = next(base for base in _CONTAINERS if issubclass(kind, base))
    size = base.__len__(value)
    return size, [] if size > LARGE else [*base.__iter__(value)]


def _sum_of(place: int, size: int) -> int:
    """A sum over memory: what is written through `.data` or numpy is not among the changes that torch counts."""
    return zlib.crc32((c_char * size).from_address(place)) if place and size <= LARGE_BYTES else 0
