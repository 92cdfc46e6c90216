"""The make-believe device: what lives there, what comes back, and what may not meet; as on a GPU."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.bridge.far import FarTensor
from autograder.bridge.impostor import Impostor

HERE = torch.arange(12.0).reshape(3, 4)
MIXED = "found at least two devices"


def near(value: Any) -> Any:
    """A result as the processor's, for comparison."""
    if isinstance(value, tuple | list):
        return [near(each) for each in value]
    return value.near if isinstance(value, FarTensor) else value


FACTORIES: dict[str, Callable[[Any], Tensor]] = {
    "zeros": lambda device: torch.zeros(2, device=device),
    "randn": lambda device: torch.randn(2, device=device),
    "arange": lambda device: torch.arange(3, device=device),
    "full": lambda device: torch.full((2,), 7.0, device=device),
    "eye": lambda device: torch.eye(2, device=device),
    "tensor": lambda device: torch.tensor([1.0, 2.0], device=device),
    "as_tensor": lambda device: torch.as_tensor([1.0, 2.0], device=device),
    "by name": lambda device: torch.ones(2, device=str(device)),
    "to": lambda device: HERE.to(device),
    "to with dtype": lambda device: HERE.to(device, torch.float64),
    "to by keyword": lambda device: HERE.to(device=device, dtype=torch.float64),
    "new_tensor": lambda device: HERE.to(device).new_tensor([1.0, 2.0]),
    "new_zeros": lambda device: HERE.to(device).new_zeros(2),
    "like": lambda device: torch.rand_like(HERE.to(device)),
    "double": lambda device: HERE.to(device).double(),
    "type": lambda device: HERE.to(device).type(torch.float16),
    "to a tensor": lambda device: HERE.to(torch.zeros(1, device=device)),
    "detach": lambda device: HERE.to(device).detach(),
    "data": lambda device: HERE.to(device).data,
    "deep copy": lambda device: copy.deepcopy(HERE.to(device)),
    "parameter": lambda device: nn.Parameter(torch.zeros(2, device=device)),
    "module": lambda device: nn.Linear(2, 2, device=device).weight,
    "no gradient": lambda device: _without_gradient(HERE.to(device)),
}


def _without_gradient(x: Tensor) -> Tensor:
    with torch.no_grad():
        return x.requires_grad_() * 2


@pytest.mark.parametrize("name", FACTORIES)
def test_a_tensor_made_there_lives_there(there: Impostor, name: str) -> None:
    made = FACTORIES[name](there.place(HERE).device)
    assert isinstance(made, FarTensor)
    assert there.holds(made)
    assert made.device == there.place(HERE).device != HERE.device
    assert near(made).device == HERE.device


@pytest.mark.parametrize(
    "back",
    [
        lambda x: x.cpu(),
        lambda x: x.to("cpu"),
        lambda x: x.to(HERE),
        lambda x: x.to("cpu", torch.float64),
        lambda x: torch.empty(3, 4).copy_(x),
    ],
)
def test_what_is_brought_back_is_the_processors_again(there: Impostor, back: Callable[[Tensor], Tensor]) -> None:
    brought = back(there.place(HERE))
    assert type(brought) is Tensor
    assert not there.holds(brought)
    assert torch.equal(brought.float(), HERE)


def test_moving_to_where_it_is_copies_nothing(there: Impostor) -> None:
    far = there.place(HERE)
    assert far.to(far.device) is far
    assert HERE.cpu() is HERE


MIXTURES: dict[str, Callable[[Tensor], object]] = {
    "sum": lambda x: x + HERE,
    "product": lambda x: x @ HERE.T,
    "product the other way": lambda x: HERE.T @ x,
    "number of the device and tensor of the processor": lambda x: x[0, 0] * HERE,
    "mask": lambda x: x.masked_fill(HERE > 0, 0.0),
    "where": lambda x: torch.where(x > 0, x, HERE),
    "cat": lambda x: torch.cat([x, HERE]),
    "stack": lambda x: torch.stack([x, HERE]),
    "comparison": lambda x: x == HERE,
    "out": lambda x: torch.add(x, 1, out=torch.empty(3, 4)),
    "in place": lambda x: x.add_(HERE),
    "embedding": lambda x: nn.Embedding(9, 2, device=x.device)(torch.tensor([1])),
    "linear": lambda x: nn.Linear(4, 2)(x),
    "unregistered": lambda x: F.layer_norm(x, (4,), torch.ones(4)),
    "hidden state": lambda x: nn.GRU(4, 4, device=x.device)(x[None], torch.zeros(1, 3, 4)),
    "loss": lambda x: F.cross_entropy(x, torch.tensor([0, 1, 2])),
    "table of the processor": lambda x: HERE[torch.tensor([0], device=x.device)],
    "values of the processor": lambda x: x.index_put_((torch.tensor([0], device=x.device),), torch.ones(1, 4)),
    "gather": lambda x: x.gather(0, torch.zeros(1, 4, dtype=torch.long)),
}


@pytest.mark.parametrize("name", MIXTURES)
def test_devices_do_not_mix(there: Impostor, name: str) -> None:
    with pytest.raises(RuntimeError, match=MIXED):
        MIXTURES[name](there.place(HERE))


ALLOWED: dict[str, Callable[[Tensor], Tensor]] = {
    "a number of the processor": lambda x: x * torch.tensor(2.0),
    "a number of the processor first": lambda x: torch.tensor(2.0) - x,
    "a number of the processor to fill with": lambda x: x.masked_fill(x > 0, torch.tensor(0.0)),
    "a number of the processor to choose": lambda x: torch.where(x > 0, x, torch.tensor(0.0)),
    "indices of the processor": lambda x: x[torch.tensor([0, 2])],
    "a mask of the processor as an index": lambda x: x[torch.tensor([True, False, True])],
    "rows of the processor that are put": lambda x: _put_row(x.clone()),
}


def _put_row(x: Tensor) -> Tensor:
    x[0] = torch.ones(4)
    x[torch.tensor([1])] = 5.0
    return x


@pytest.mark.parametrize("name", ALLOWED)
def test_what_cuda_lets_in_is_let_in(there: Impostor, name: str) -> None:
    found = ALLOWED[name](there.place(HERE))
    assert isinstance(found, FarTensor)
    assert torch.equal(near(found), ALLOWED[name](HERE))


@pytest.mark.parametrize("look", [lambda x: x.numpy(), lambda x: x.__array__(), lambda x: x.detach().numpy()])
def test_numpy_has_to_wait_for_a_copy(there: Impostor, look: Callable[[Tensor], object]) -> None:
    with pytest.raises(TypeError, match=r"Use Tensor.cpu\(\)"):
        look(there.place(HERE))
    assert there.place(HERE).cpu().numpy().shape == (3, 4)


def test_a_modules_tensors_all_move_and_those_that_are_shared_stay_shared(there: Impostor) -> None:
    tied = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4), nn.BatchNorm1d(4)])
    tied[1].weight = tied[0].weight
    tied.append(nn.Module())
    tied[3].plain = torch.ones(4)
    there.place(tied)
    assert tied[0].weight is tied[1].weight
    assert all(isinstance(each, FarTensor) for each in (*tied.parameters(), *tied.buffers()))
    assert len(list(tied.parameters())) == 5
    assert not there.holds(tied[3].plain)


def test_states_are_saved_and_loaded_from_either_side(there: Impostor) -> None:
    one, other = there.place(nn.Linear(4, 4)), there.place(nn.Linear(4, 4))
    other.load_state_dict(one.state_dict())
    assert other.weight.tolist() == one.weight.tolist()
    other.load_state_dict({name: torch.zeros_like(near(each)) for name, each in one.state_dict().items()})
    assert isinstance(other.weight, FarTensor)
    assert other.weight.abs().sum().item() == 0
    assert one.weight.abs().sum().item() > 0


def test_a_deep_copy_has_values_of_its_own(there: Impostor) -> None:
    linear = there.place(nn.Linear(4, 4))
    made = copy.deepcopy(linear)
    with torch.no_grad():
        made.weight.zero_()
    assert linear.weight.abs().sum().item() > 0
    assert isinstance(made.weight, nn.Parameter)
    assert made.weight.requires_grad


def test_data_can_be_replaced(there: Impostor) -> None:
    x = there.place(HERE)
    x.data = x.data * 2
    assert x.tolist() == (2 * HERE).tolist()


@pytest.mark.parametrize(
    "change", [lambda x: x.unsqueeze_(0), lambda x: x.t_(), lambda x: x.transpose_(0, 1) + 1, lambda x: x.resize_(2, 2)]
)
def test_a_shape_changes_in_place(there: Impostor, change: Callable[[Tensor], Tensor]) -> None:
    x = there.place(HERE)
    assert change(x).tolist() == change(HERE.clone()).tolist()
    assert x.shape == x.near.shape
