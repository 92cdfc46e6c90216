"""`Student`: what a check may ask of a student's code, wherever that code runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import torch

from autograder.bridge import messages, values
from autograder.bridge.host import Connection
from autograder.bridge.messages import HandleValue, MalformedMessage, Raised, Request
from autograder.checks import sentences
from autograder.checks.compare import CheckFailed, describe, fail
from autograder.checks.raised import raised_sentence
from autograder.errors import CallCrashed, CallTimeout


class StudentRaised(CheckFailed):
    """Student code raised where an answer was expected.

    Attributes:
        kind: the name of the exception's type.
    """

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message, "", template="{came_back}")
        self.kind = kind


class NoDevice(Exception):
    """The device that was to be checked on is not to be had in the student's process."""


@dataclass(frozen=True)
class Step:
    """A call as one step on a device.

    Attributes:
        result: what came back.
        strays: tensors in it that were left on another device.
        launches: operations that started work on the device.
        syncs: times the processor waited for the device.
        peak: bytes that the step held at its height, beyond what was there before.
    """

    result: Any
    strays: int
    launches: int
    syncs: int
    peak: int


@dataclass(frozen=True)
class Exchange:
    """One question to student code and what came of it (`outcome`: the value, or what was raised)."""

    called: str
    outcome: Any
    raised: bool = False


class Remote:
    """An object that lives in the student's process: a module, or whatever else cannot cross."""

    def __init__(self, student: Student, handle: HandleValue, name: str) -> None:
        self._student, self.handle, self.kind, self._name = student, handle, handle.kind, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What calling the object returns."""
        return self._student.call(self, *args, **kwargs)

    def load(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Loads weights by name; fails the check when a name is missing or has another shape."""
        packed = {name: values.pack(tensor) for name, tensor in weights.items()}
        found = self._student._ask(f"{self._name}.load_state_dict(…)", messages.Load(self.handle, packed))
        for key, sentence in (("missing", sentences.MISSING_WEIGHTS), ("misshapen", sentences.MISSHAPEN_WEIGHTS)):
            if found[key]:
                fail(sentence.format(names=sentences.quoted(", ".join(found[key]))))

    def state(self) -> dict[str, torch.Tensor]:
        """Its state dict."""
        state: dict[str, torch.Tensor] = self._student._ask(f"{self._name}.state_dict()", messages.State(self.handle))
        return state

    def train(self) -> None:
        """Puts it into training mode."""
        self._student._ask(f"{self._name}.train()", messages.Mode(self.handle, training=True))

    def eval(self) -> None:
        """Puts it into evaluation mode."""
        self._student._ask(f"{self._name}.eval()", messages.Mode(self.handle, training=False))

    def to(self, dtype: torch.dtype) -> None:
        """Converts its parameters."""
        name = str(dtype).removeprefix("torch.")
        self._student._ask(f"{self._name}.to({name})", messages.Mode(self.handle, dtype=name))


Target = str | Remote


class Student:
    """Asks student code for values. Every question fails the check when the student's code raises.

    Args:
        connection: the line to the code.

    Raises (every method):
        StudentRaised: the code raised. CallTimeout, CallCrashed: it never answered.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._broken: CallTimeout | CallCrashed | None = None
        self._origin: dict[int, str] = {}
        self.transcript: list[Exchange] = []
        self.last_called = ""

    def call(self, target: Target, *args: Any, **kwargs: Any) -> Any:
        """What `target(*args, **kwargs)` returns; `target` is a global name or a `Remote`."""
        request = messages.Call(_target(target), _pack_all(args), _pack_named(kwargs))
        return self._ask(_describe_call(target, args, kwargs), request)

    def create(self, name: str, *args: Any, **kwargs: Any) -> Remote:
        """Builds an object that stays in the student's process."""
        request = messages.Call(name, _pack_all(args), _pack_named(kwargs), keep=True)
        remote = self._ask(_describe_call(name, args, kwargs), request)
        if not isinstance(remote, Remote):
            raise CallCrashed("no object came back")
        return remote

    def inputs_after(self, target: Target, *args: Any, **kwargs: Any) -> list[Any]:
        """The positional arguments as they are after the call."""
        request = messages.Call(_target(target), _pack_all(args), _pack_named(kwargs), inputs=True)
        return self._list(_describe_call(target, args, kwargs), request)

    def gradients(
        self,
        target: Target,
        *args: Any,
        wrt: Sequence[int] = (0,),
        upstream: torch.Tensor | None = None,
        output: int | None = None,
        **kwargs: Any,
    ) -> list[Any]:
        """Gradients of the output (or of `output` of a returned tuple) for the positional arguments `wrt`."""
        request = self._gradient_request(target, args, kwargs, upstream, output)
        request.wrt = list(wrt)
        return self._list(f"gradient of {_describe_call(target, args, kwargs)}", request)

    def parameter_gradients(
        self, target: Remote, *args: Any, upstream: torch.Tensor | None = None, output: int | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Gradients for all parameters of a module, by name; None where none arrived."""
        request = self._gradient_request(target, args, kwargs, upstream, output)
        request.parameters = True
        result = self._ask(f"gradient of {_describe_call(target, args, kwargs)}", request)
        if not isinstance(result, dict):
            raise CallCrashed("no gradients came back")
        return result

    def device_safe(self, target: Target, *args: Any, **kwargs: Any) -> None:
        """Fails when the call mixes devices; skips the check when that cannot be told without a GPU."""
        called = _describe_call(target, args, kwargs)
        answer = self._ask(called, messages.DeviceSafe(_target(target), _pack_all(args), _pack_named(kwargs)))
        if answer == "mismatch":
            fail(sentences.DEVICE_MISMATCH.format(called=called))
        if answer != "safe":
            pytest.skip(sentences.DEVICE_UNKNOWN.format(called=called))

    def on(self, device: str) -> None:
        """Has everything happen on a device from here on.

        Raises:
            NoDevice: it is not to be had. CallTimeout, CallCrashed: no answer came.
        """
        reply = self._connection.ask(messages.On(device))
        if isinstance(reply, Raised):
            raise NoDevice(f"{device}: {reply.kind}: {reply.message}")

    def step(
        self,
        target: Target,
        *args: Any,
        autocast: torch.dtype | None = None,
        backward: bool = False,
        compiled: bool = False,
        **kwargs: Any,
    ) -> Step:
        """A call as one step on the device, measured.

        Args:
            autocast: in mixed precision of that dtype.
            backward: with gradients for its tensor arguments and parameters.
            compiled: as one compiled graph; fails the check where it cannot be one.
        """
        named = str(autocast).removeprefix("torch.") if autocast else ""
        packed = _target(target), _pack_all(args), _pack_named(kwargs)
        called = _describe_call(target, args, kwargs)
        found = self._ask(called, messages.Step(*packed, named, backward, compiled))
        counts = ("strays", "launches", "syncs", "peak")
        if not isinstance(found, dict) or any(type(found.get(name)) is not int for name in counts):
            raise CallCrashed("no measured step came back")
        self._origin[id(found.get("result"))] = called
        return Step(found.get("result"), *(found[name] for name in counts))

    def script(self, name: str, returns: Sequence[Any]) -> None:
        """Replaces a global by a callable that returns the given values in turn (the last one for ever)."""
        self._ask(f"{name} = scripted", messages.Script(name, _pack_all(returns)))

    def calls(self, name: str) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        """What the scripted callable was called with."""
        return self._list(f"calls of {name}", messages.Calls(name))

    def define(self, source: str) -> None:
        """Runs trusted source text (a stand-in) in the student's namespace."""
        self._ask("stand-in", messages.Define(source))

    def origin(self, value: object) -> str:
        """The call that returned this value, in words; the last call when that is not known."""
        return self._origin.get(id(value), self.last_called)

    def close(self) -> None:
        """Lets go of all that came from the code; the line to it is for others to end, or to use for the next check."""
        self.transcript, self._origin = [], {}

    def _gradient_request(
        self, target: Target, args: Any, kwargs: Any, upstream: torch.Tensor | None, output: int | None
    ) -> messages.Gradients:
        packed = None if upstream is None else values.pack_tensor(upstream)
        return messages.Gradients(_target(target), _pack_all(args), _pack_named(kwargs), [], packed, output)

    def _list(self, called: str, request: Request) -> list[Any]:
        result = self._ask(called, request)
        if not isinstance(result, list):
            raise CallCrashed("no list came back")
        return result

    def _ask(self, called: str, request: Request) -> Any:
        if self._broken:
            raise self._broken
        self.last_called = called
        try:
            reply = self._connection.ask(request)
        except (CallTimeout, CallCrashed) as error:
            self._broken = error
            raise
        if isinstance(reply, Raised):
            # With the message: two mistakes that raise the same kind of error are not the same mistake.
            self.transcript.append(Exchange(called, f"{reply.kind}: {reply.message}", raised=True))
            raise StudentRaised(raised_sentence(called, reply), reply.kind)
        try:
            value = values.unpack(reply.value, lambda handle: Remote(self, handle, called))
        except MalformedMessage as error:
            self._broken = CallCrashed(str(error))
            raise self._broken from None
        self._remember(called, value)
        return value

    def _remember(self, called: str, value: Any) -> None:
        self.transcript.append(Exchange(called, value))
        self._origin[id(value)] = called
        for item in value if isinstance(value, tuple | list) else ():
            self._origin[id(item)] = called


def _target(target: Target) -> str | HandleValue:
    return target if isinstance(target, str) else target.handle


def _pack_all(args: Sequence[Any]) -> list[messages.Value]:
    return [values.pack(arg.handle if isinstance(arg, Remote) else arg) for arg in args]


def _pack_named(kwargs: Mapping[str, Any]) -> dict[str, messages.Value]:
    return {key: values.pack(arg) for key, arg in kwargs.items()}


def _describe_call(target: Target, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    name = target if isinstance(target, str) else f"{target._name.split('(')[0]}.forward"
    words = [describe(arg) for arg in args] + [f"{key}={describe(arg)}" for key, arg in kwargs.items()]
    return f"{name}({', '.join(words)})"
