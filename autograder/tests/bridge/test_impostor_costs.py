"""What a step on the make-believe device costs: waits, launches and memory; and that it keeps to itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from autograder.bridge.device import Meter
from autograder.bridge.far import FarTensor
from autograder.bridge.impostor import Impostor

HERE = torch.arange(12.0).reshape(3, 4)


def near(value: Any) -> Any:
    """A result as the processor's, for comparison."""
    if isinstance(value, tuple | list):
        return [near(each) for each in value]
    return value.near if isinstance(value, FarTensor) else value


def metered(there: Impostor, step: Callable[[Tensor], object], x: Tensor = HERE) -> Meter:
    placed = there.place(x).clone()
    with there.metered() as meter:
        step(placed)
    return meter


WAITS: dict[str, tuple[int, Callable[[Tensor], object]]] = {
    "item": (1, lambda x: x[0, 0].item()),
    "float": (1, lambda x: float(x[0, 0])),
    "text": (1, lambda x: f"{x[0, 0]:.1f}"),
    "if": (1, lambda x: 1 if (x > 0).any() else 0),
    "tolist": (1, lambda x: x.tolist()),
    "cpu": (1, lambda x: x.cpu()),
    "to the processor": (1, lambda x: x.to("cpu")),
    "copied to the processor": (1, lambda x: torch.empty(3, 4).copy_(x)),
    "to the device": (1, lambda x: HERE.to(x.device)),
    "made from a list": (1, lambda x: torch.tensor([1.0], device=x.device)),
    "boolean index": (1, lambda x: x[torch.ones_like(x).bool()]),
    "index of the processor": (1, lambda x: x[torch.tensor([0])]),
    "nonzero": (1, lambda x: x.nonzero()),
    "where": (1, lambda x: torch.where(x > 0)),
    "masked_select": (1, lambda x: x.masked_select(x > 0)),
    "unique": (1, lambda x: torch._unique2(x)),
    "equal": (1, lambda x: torch.equal(x, x)),
    "twice": (2, lambda x: (x[0, 0].item(), x[0, 1].item())),
    "softmax": (0, lambda x: x.softmax(-1)),
    "masked fill": (0, lambda x: x.masked_fill(x > 0, 0.0)),
    "fill by boolean index": (0, lambda x: x.__setitem__(x > 0, 0.0)),
    "arange": (0, lambda x: torch.arange(3, device=x.device)),
    "shape": (0, lambda x: x.view(x.shape[1], -1)),
    "number of the processor": (0, lambda x: x * torch.tensor(2.0)),
}


@pytest.mark.parametrize("name", WAITS)
def test_waits_for_the_device_are_counted(there: Impostor, name: str) -> None:
    expected, step = WAITS[name]
    assert metered(there, step).syncs == expected


LAUNCHES: dict[str, tuple[int, Callable[[Tensor], object]]] = {
    "views": (0, lambda x: x.view(-1)[2:].reshape(2, 5).T.unsqueeze(0).expand(2, 5, 2).chunk(2, -1)),
    "empty": (0, lambda x: (torch.empty(3, device=x.device), torch.empty_like(x), x.new_empty(2), x.detach())),
    "nothing to convert": (0, lambda x: (x.contiguous(), x.float(), x.to(x.device))),
    "one": (1, lambda x: x.exp()),
    "in place": (1, lambda x: x.exp_()),
    "one after another": (3, lambda x: (x @ x.T).mul(2).softmax(-1)),
    "of the processor": (0, lambda _: HERE.exp() + HERE),
}


@pytest.mark.parametrize("name", LAUNCHES)
def test_operations_that_compute_are_counted(there: Impostor, name: str) -> None:
    expected, step = LAUNCHES[name]
    assert metered(there, step).launches == expected


def blockwise(x: Tensor) -> Tensor:
    return torch.cat([(rows @ x.mT).softmax(-1) @ x for rows in torch.chunk(x, 8)])


def at_once(x: Tensor) -> Tensor:
    return (x @ x.mT).softmax(-1) @ x


def test_the_peak_is_what_is_alive_at_a_time(there: Impostor) -> None:
    T, d = 128, 8
    x = torch.randn(T, d)
    whole, blocks = metered(there, at_once, x).peak, metered(there, blockwise, x).peak
    assert 4 * 2 * T * T <= whole <= 4 * (2 * T * T + 2 * T * d)
    assert 4 * 16 * T <= blocks <= 4 * (2 * 16 * T + 3 * T * d)
    assert metered(there, lambda x: x.view(-1)[1:].unsqueeze(0)).peak == 0
    assert metered(there, lambda x: x.add_(1)).peak == 0
    assert metered(there, lambda _: [torch.ones(256, device="meta") for _ in range(8)]).peak == 8 * 4 * 256


def test_what_is_made_on_the_processor_and_moved_counts_as_well(there: Impostor) -> None:
    assert metered(there, lambda x: torch.ones(64, 64).to(x.device)).peak == 4 * 64 * 64


def test_meters_do_not_hear_of_what_came_before_or_after(there: Impostor) -> None:
    kept = there.place(torch.ones(1000))
    first = metered(there, lambda x: x.exp().sum().item())
    kept.exp().sum().item()
    assert (first.launches, first.syncs) == (3, 1)
    assert metered(there, lambda _: None) == Meter()


def test_nothing_leaks_from_one_use_to_the_next() -> None:
    before = torch.__future__.get_overwrite_module_params_on_conversion()
    device = Impostor()
    with device.active():
        far = device.place(HERE)
    assert type(torch.tensor([1.0]) + 1) is Tensor
    assert torch.ones(2, device="meta").is_meta
    assert torch.__future__.get_overwrite_module_params_on_conversion() is before
    with device.active():
        assert (far + 1).tolist() == (HERE + 1).tolist()
    with pytest.raises(ZeroDivisionError), device.active():
        raise ZeroDivisionError
    assert torch.ones(2, device="meta").is_meta


@pytest.mark.parametrize("use", [lambda x: x + 1, lambda x: x.clone(), lambda x: HERE @ x.T, lambda x: x.sum()])
def test_outside_it_cannot_be_used(use: Callable[[Tensor], object]) -> None:
    device = Impostor()
    with device.active():
        far = device.place(HERE)
    with pytest.raises(RuntimeError, match="used outside of it"):
        use(far)


def test_a_compiled_function_gives_the_same(there: Impostor) -> None:
    found = there.compiled(at_once)(there.place(HERE))
    assert isinstance(found, FarTensor)
    torch.testing.assert_close(near(found), at_once(HERE))
    linear = there.place(nn.Linear(4, 2))
    expected = linear(there.place(HERE)).tolist()
    torch.testing.assert_close(torch.tensor(there.compiled(linear)(there.place(HERE)).tolist()), torch.tensor(expected))


def test_what_is_no_single_graph_is_refused(there: Impostor) -> None:
    with pytest.raises(Exception, match=r"(?i)data-dependent"):
        there.compiled(lambda x: x if x.sum() > 0 else -x)(there.place(HERE))
