"""Answers requests on a namespace: a student's own in a fork of their kernel, or a reference's in the judge."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import torch
from torch.utils._pytree import tree_iter, tree_map_only

from autograder.bridge import elsewhere, messages, values
from autograder.bridge.device import Cuda, Device
from autograder.bridge.impostor import Impostor
from autograder.bridge.messages import HandleValue, Raised, Reply, Request, Returned

_DEVICES: dict[str, type[Device]] = {each.name: each for each in (Device, Cuda, Impostor)}


class Worker:
    """Answers requests on a namespace: the student's own, or (in a test) any other.

    Args:
        namespace: the globals that student functions live in.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace
        self._device = Device()
        self.objects: dict[int, Any] = {}
        self.scripts: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {}

    def answer(self, request: Request) -> Reply:
        """The reply to one request; whatever student code raises becomes a `Raised`."""
        try:
            handler: Callable[[Any], object] = getattr(self, f"_{type(request).__name__.lower()}")
            with self._device.active():
                reply = Returned(values.pack(handler(request), self._keep))
        except BaseException as error:  # noqa: BLE001 - SystemExit is an answer like any other
            if self._device.is_lost():
                os._exit(1)  # whatever came now would fail for what this call did
            return self._raised(error)
        if self._device.is_lost():
            os._exit(1)  # what goes wrong on a GPU is heard of later: not in the next check
        return reply

    def close(self) -> None:
        """Lets go of everything, and of the device's memory with it."""
        self.objects.clear()
        self.scripts.clear()
        self._device.tidy()

    def _keep(self, value: object) -> HandleValue:
        handle = HandleValue(len(self.objects), _capped(type(value).__name__, messages.MAX_NAME))
        self.objects[handle.id] = self._device.place(value)  # a module was made where torch makes all: on the processor
        return handle

    def _thaw(self, value: messages.Value) -> Any:
        return values.unpack(value, lambda handle: self.objects[handle.id], place=self._device.place)

    def _resolve(self, target: str | HandleValue) -> Any:
        if isinstance(target, HandleValue):
            return self.objects[target.id]
        if target not in self.namespace:
            raise NameError(f"name '{target}' is not defined")
        return self.namespace[target]

    def _arguments(self, request: Any) -> tuple[list[Any], dict[str, Any]]:
        args = [self._thaw(value) for value in request.args]
        return args, {key: self._thaw(value) for key, value in request.kwargs.items()}

    def _call(self, request: messages.Call) -> object:
        function = self._resolve(request.target)
        if request.method:
            function = getattr(function, request.method)
        args, kwargs = self._arguments(request)
        result = function(*args, **kwargs)
        if request.inputs:
            return args
        return self._keep(result) if request.keep else result

    def _on(self, request: messages.On) -> None:
        self._device = _DEVICES[request.device]()

    def _step(self, request: messages.Step) -> dict[str, Any]:
        target = self._resolve(request.target)
        function = self._device.compiled(target) if request.compiled else target
        step = _Step(self._device, function, request.autocast, backward=request.backward)
        step.run(*self._arguments(request))  # what is loaded or set aside once is not the step's
        args, kwargs = self._arguments(request)
        with self._device.metered() as meter:
            result = step.run(args, kwargs)
        strays = sum(not self._device.holds(each) for each in tree_iter(result) if isinstance(each, torch.Tensor))
        return {"result": result, "strays": strays, **vars(meter)}

    def _gradients(self, request: messages.Gradients) -> object:
        args, kwargs = self._arguments(request)
        for index in request.wrt:
            args[index] = args[index].detach().requires_grad_(True)
        function = self._resolve(request.target)
        result = function(*args, **kwargs)
        result = result if request.output is None else result[request.output]
        upstream = torch.ones_like(result) if request.upstream is None else self._thaw(request.upstream)
        result.backward(upstream.to(result.dtype))
        if request.parameters:
            return {name: parameter.grad for name, parameter in function.named_parameters()}
        return [args[index].grad for index in request.wrt]

    def _devicesafe(self, request: messages.DeviceSafe) -> str:
        args, kwargs = self._arguments(request)
        try:
            target = self._resolve(request.target)
        except NameError:
            return "unknown"
        return elsewhere.verdict(target, args, kwargs)

    def _load(self, request: messages.Load) -> dict[str, Any]:
        module = self._resolve(request.target)
        own = dict(module.state_dict())
        weights = {key: self._thaw(value) for key, value in request.weights.items()}
        odd = [key for key in weights if key in own and own[key].shape != weights[key].shape]
        if not odd:
            module.load_state_dict({key: value for key, value in weights.items() if key in own}, strict=False)
        missing, unexpected = [key for key in weights if key not in own], [key for key in own if key not in weights]
        return {"missing": missing, "unexpected": unexpected, "misshapen": odd}

    def _state(self, request: messages.State) -> dict[str, Any]:
        return dict(self._resolve(request.target).state_dict())

    def _mode(self, request: messages.Mode) -> None:
        module = self._resolve(request.target)
        if request.training is not None:
            module.train(request.training)
        if request.dtype:
            module.to(getattr(torch, request.dtype))

    def _define(self, request: messages.Define) -> None:
        exec(compile(request.source, "<stand-in>", "exec"), self.namespace)  # noqa: S102 - the grader's own text

    def _script(self, request: messages.Script) -> None:
        returns = [self._thaw(value) for value in request.returns]
        calls = self.scripts[request.name] = []

        def scripted(*args: Any, **kwargs: Any) -> Any:
            calls.append((args, kwargs))
            return returns[min(len(calls), len(returns)) - 1]

        self.namespace[request.name] = scripted

    def _calls(self, request: messages.Calls) -> object:
        return list(self.scripts[request.name])

    def _raised(self, error: BaseException) -> Raised:
        try:
            return Raised(
                _capped(type(error).__name__, messages.MAX_NAME), _capped(str(error)), **self._place_of(error)
            )
        except BaseException:  # noqa: BLE001 - a student's exception may do anything when it is looked at
            return Raised("Exception", "(the exception itself could not be read)")

    def _place_of(self, error: BaseException) -> dict[str, Any]:
        """The innermost line of the student's own that the error passed through."""
        frames = [entry for entry in traceback.walk_tb(error.__traceback__) if entry[0].f_globals is self.namespace]
        if not frames:
            return {}
        summary = traceback.StackSummary.extract(iter(frames[-1:]))[0]
        return {
            "function": _capped(summary.name, messages.MAX_NAME),
            "line": summary.lineno or 0,
            "text": _capped(summary.line or ""),
        }


class _Step:
    """One call on a device, in mixed precision and with its gradients where these were asked for."""

    def __init__(self, device: Device, function: Callable[..., Any], autocast: str, *, backward: bool) -> None:
        self._device, self._function, self._backward = device, function, backward
        self._dtype = getattr(torch, autocast) if autocast else None

    def run(self, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What came back, detached; gradients are computed and let go."""
        with self._device.autocast(self._dtype) if self._dtype else nullcontext():
            if not self._backward:
                with torch.no_grad():
                    return self._function(*args, **kwargs)
            result = self._function(*[_with_gradient(each) for each in args], **kwargs)
        first = next((each for each in tree_iter(result) if isinstance(each, torch.Tensor)), None)
        if first is None:
            raise TypeError("no tensor came back to compute gradients from")
        first.backward(torch.ones_like(first))  # type: ignore[no-untyped-call]
        return tree_map_only(torch.Tensor, torch.Tensor.detach, result)


def _with_gradient(value: Any) -> Any:
    floating = isinstance(value, torch.Tensor) and value.is_floating_point()
    return value.detach().requires_grad_(True) if floating else value


def _capped(text: str, limit: int = messages.MAX_TEXT) -> str:
    """A plain text of bounded length that UTF-8 can hold, even of a text that is a class of the student's."""
    return str.__getitem__(text, slice(limit)).encode("utf-8", "replace").decode()
