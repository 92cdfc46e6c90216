"""Devices and what a step on them costs; where there is no GPU, and where it is lost."""

from __future__ import annotations

import os
from typing import Any

import pytest
import torch
from torch import nn

from autograder.bridge import probe
from autograder.bridge.device import Cuda, Device, Launches, Meter, starts_work
from autograder.bridge.host import LocalConnection
from autograder.bridge.messages import Call, HandleValue, On, Raised, Reply, Returned, Step
from autograder.bridge.values import pack, unpack
from autograder.bridge.worker import Worker
from autograder.checks.student import NoDevice, Student

HERE = torch.arange(4.0)
without_cuda = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")


def value_of(reply: Reply) -> Any:
    assert isinstance(reply, Returned), reply
    return unpack(reply.value, lambda handle: handle)


def test_the_processor_takes_everything_as_it_comes() -> None:
    device, linear = Device(), nn.Linear(2, 2)
    assert device.place(HERE) is HERE
    assert device.place(linear) is linear
    assert device.place("text") == "text"
    assert device.holds(HERE)
    assert not device.is_lost()
    with device.active(), device.metered() as meter:
        HERE.exp().sum().item()
    device.tidy()
    assert meter == Meter(0, 0, 0)


def test_mixed_precision_on_the_processor() -> None:
    x = HERE.view(2, 2)
    with Device().autocast(torch.bfloat16):
        assert (x @ x).dtype == torch.bfloat16
    assert (x @ x).dtype == torch.float32


def test_one_graph_or_none() -> None:
    assert torch.equal(Device().compiled(lambda x: x * 2)(HERE), HERE * 2)
    with pytest.raises(Exception, match=r"(?i)data-dependent"):
        Device().compiled(lambda x: x if x.sum() > 0 else -x)(HERE)


@pytest.mark.parametrize(
    ("step", "launches"),
    [
        (lambda x: x.exp().exp(), 2),
        (lambda x: x.view(2, 2).T.unsqueeze(0)[0, 1:], 0),
        (lambda x: (torch.empty(2), torch.empty_like(x), x.new_empty(2)), 0),
        (lambda x: x.detach(), 0),
        (lambda x: x.add_(1), 1),
        (lambda x: torch.zeros(3), 1),
        (lambda x: x.clone(), 1),
    ],
)
def test_launches_are_of_what_computes(step: Any, launches: int) -> None:
    x, meter = HERE.clone(), Meter()
    with Launches(meter):
        step(x)
    x.exp()
    assert meter.launches == launches


def test_a_view_starts_no_work() -> None:
    assert not starts_work(torch.ops.aten.view.default)
    assert not starts_work(torch.ops.aten.transpose.int)
    assert starts_work(torch.ops.aten.mm.default)


@without_cuda
def test_without_a_gpu_there_is_no_such_device() -> None:
    with pytest.raises((RuntimeError, AssertionError), match=r"(?i)cuda|nvidia|gpu"):
        Cuda()


@without_cuda
def test_without_a_gpu_a_check_has_no_device_and_code_no_fault() -> None:
    student = Student(LocalConnection(Worker({"f": lambda x: x})))
    with pytest.raises(NoDevice, match=r"cuda: .*(CUDA|NVIDIA)"):
        student.on("cuda")
    assert student.transcript == []


@without_cuda
def test_the_probe_of_a_gpu_fails_without_one() -> None:
    assert "Error: " in probe.why_not()


def without_a_compiler(*_: Any, **__: Any) -> Any:
    raise FileNotFoundError("no gcc here")


@pytest.mark.parametrize(
    ("factor", "compiler", "status", "says"),
    [
        (1, lambda function, **_: function, 0, ""),
        (3, lambda function, **_: function, 1, "a product of two small matrices came out otherwise"),
        (1, lambda _, **__: torch.add, 1, "a compiled product came out otherwise"),
        (1, without_a_compiler, 1, "FileNotFoundError: no gcc here"),
    ],
)
def test_the_probe_says_what_came_out(
    monkeypatch: pytest.MonkeyPatch, factor: int, compiler: Any, status: int, says: str
) -> None:
    ends: list[int] = []
    monkeypatch.setattr(torch.Tensor, "cuda", lambda self: self * factor)
    monkeypatch.setattr(torch, "compile", compiler)
    monkeypatch.setattr("os._exit", ends.append)
    ours, theirs = os.pipe()
    with os.fdopen(ours) as line:
        probe.run({}, [theirs])
        os.close(theirs)
        assert line.read().startswith(says)
    assert ends == [status]


class Lost(Device):
    """A device on which nothing works any more."""

    def is_lost(self) -> bool:
        return True


class Ended(BaseException):
    """In place of the end of the process."""


@pytest.mark.parametrize("asked", ["raises", "returns"])
def test_where_the_device_is_lost_the_process_ends(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    def end(status: int) -> None:
        raise Ended(status)

    monkeypatch.setattr("os._exit", end)
    made = Worker({"raises": lambda: 1 / 0, "returns": lambda: 1})
    assert isinstance(made.answer(Call("raises", [], {})), Raised)
    assert value_of(made.answer(Call("returns", [], {}))) == 1
    made._device = Lost()
    with pytest.raises(Ended, match="1"):
        made.answer(Call(asked, [], {}))


@pytest.fixture
def there() -> Worker:
    """A worker on the make-believe device."""
    made = Worker({"torch": torch, "Linear": nn.Linear, "cat": lambda *parts: torch.cat(parts)})
    made.answer(On("impostor"))
    return made


def step(made: Worker, target: str | HandleValue, *args: torch.Tensor, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = value_of(made.answer(Step(target, [pack(each) for each in args], {}, **options)))
    return found


def test_a_device_that_nobody_knows_is_an_error(there: Worker) -> None:
    raised = there.answer(On("abacus"))
    assert isinstance(raised, Raised)
    assert raised.kind == "KeyError"


def test_arguments_are_placed_and_results_come_back(there: Worker) -> None:
    there.namespace["f"] = lambda x: (x * torch.ones(4, device=x.device), str(x.device))
    result, device = value_of(there.answer(Call("f", [pack(HERE)], {})))
    assert torch.equal(result, HERE)
    assert device != "cpu"


def test_an_object_that_is_kept_is_placed(there: Worker) -> None:
    handle = value_of(there.answer(Call("Linear", [4, 2], {}, keep=True)))
    assert step(there, handle, HERE)["strays"] == 0
    assert value_of(there.answer(Call(handle, [pack(HERE)], {}))).shape == (2,)


def test_a_step_is_measured_when_it_was_taken_once_before(there: Worker) -> None:
    calls: list[torch.Tensor] = []

    def f(x: torch.Tensor) -> torch.Tensor:
        calls.append(x)
        if len(calls) == 1:
            torch.ones(10**6, device=x.device).sum().item()  # what is loaded once
        return x.exp() + 1

    there.namespace["f"] = f
    found = step(there, "f", HERE)
    torch.testing.assert_close(found.pop("result"), HERE.exp() + 1)
    assert found == {"strays": 0, "launches": 2, "syncs": 0, "peak": 32}
    assert len(calls) == 2
    assert calls[0] is not calls[1]  # a step that changes its arguments spoils no other


def test_what_is_left_behind_is_counted(there: Worker) -> None:
    there.namespace["f"] = lambda x: (x.cpu(), [x + 1, torch.zeros(2)], 3)
    found = step(there, "f", HERE)
    assert (found["strays"], found["syncs"]) == (2, 1)


def test_a_step_with_gradients_goes_back_through_its_arguments(there: Worker) -> None:
    seen: list[bool] = []

    def f(x: torch.Tensor, i: torch.Tensor) -> torch.Tensor:
        seen.append(x.requires_grad and not i.requires_grad and torch.is_grad_enabled())
        return (x * i).exp()

    there.namespace["f"] = f
    forward = step(there, "f", HERE, torch.arange(4))
    assert seen == [False, False]
    back = step(there, "f", HERE, torch.arange(4), backward=True)
    assert seen[2:] == [True, True]
    assert back["launches"] > forward["launches"]
    assert not back["result"].requires_grad


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_step_in_mixed_precision(there: Worker, dtype: str) -> None:
    there.namespace["f"] = lambda x: x @ x
    assert step(there, "f", HERE.view(2, 2), autocast=dtype)["result"].dtype == getattr(torch, dtype)
    assert step(there, "f", HERE.view(2, 2))["result"].dtype == torch.float32


def test_a_compiled_step(there: Worker) -> None:
    there.namespace |= {"f": lambda x: x.exp(), "g": lambda x: x if x.sum() > 0 else -x}
    torch.testing.assert_close(step(there, "f", HERE, compiled=True)["result"], HERE.exp())
    broken = there.answer(Step("g", [pack(HERE)], {}, compiled=True))
    assert isinstance(broken, Raised)


def test_mixed_devices_are_what_the_code_raised(there: Worker) -> None:
    there.namespace["f"] = lambda x: x + torch.ones(4)
    raised = there.answer(Step("f", [pack(HERE)], {}))
    assert isinstance(raised, Raised)
    assert "two devices" in raised.message


def test_a_closed_worker_holds_nothing(there: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    tidied: list[bool] = []
    there.answer(Call("Linear", [4, 2], {}, keep=True))
    monkeypatch.setattr(there._device, "tidy", lambda: tidied.append(not there.objects))
    there.close()
    assert tidied == [True]
    assert not there.scripts
