"""The make-believe device computes what the processor computes, gradients and all."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from autograder.bridge.far import FarTensor
from autograder.bridge.impostor import Impostor

HERE = torch.arange(12.0).reshape(3, 4)


def near(value: Any) -> Any:
    """A result as the processor's, for comparison."""
    if isinstance(value, tuple | list):
        return [near(each) for each in value]
    return value.near if isinstance(value, FarTensor) else value


def with_seed(make: Callable[[], nn.Module]) -> nn.Module:
    torch.manual_seed(0)
    return make()


OPERATIONS: dict[str, Callable[[Tensor], object]] = {
    "softmax": lambda x: x.softmax(-1),
    "matmul": lambda x: x @ x.mT,
    "einsum": lambda x: torch.einsum("btd,bsd->bts", x, x),
    "masked": lambda x: x.masked_fill(torch.ones_like(x).bool().triu(1), -torch.inf).softmax(-1),
    "where": lambda x: torch.where(x > 0, x, 0.0),
    "sdpa": lambda x: F.scaled_dot_product_attention(x, x, x, is_causal=True),
    "cross_entropy": lambda x: F.cross_entropy(x.flatten(0, 1), torch.arange(x.shape[1], device=x.device).repeat(2)),
    "cat": lambda x: torch.cat([x, torch.zeros_like(x), x.new_ones(x.shape)], -1),
    "views": lambda x: x.transpose(0, 1).reshape(-1)[1:].unsqueeze(0).expand(2, -1).chunk(2, 1),
    "topk": lambda x: tuple(x.topk(2)),
    "gather": lambda x: x.gather(-1, x.argsort(-1)),
    "table": lambda x: x[:, torch.arange(2, device=x.device)],
    "boolean index": lambda x: x[x > 0],
    "complex": lambda x: torch.view_as_real(torch.polar(x.abs(), x)),
    "conjugate": lambda x: torch.view_as_real(torch.polar(x.abs(), x).conj() * (1 + 2j)),
    "outer": lambda x: torch.arange(4.0, device=x.device)[:, None] * torch.linspace(0, 1, 3, device=x.device),
    "in place": lambda x: x.clone().add_(1).mul_(2).masked_fill_(x > 0, 0.5),
    "put": lambda x: _put(x.clone()),
    "vmap": lambda x: torch.vmap(lambda row: row * row.sum())(x),
}
MODULES: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: nn.Linear(8, 3),
    "norm": lambda: nn.LayerNorm(8),
    "gru": lambda: nn.GRU(8, 4, batch_first=True),
    "lstm": lambda: nn.LSTM(8, 4, batch_first=True, bidirectional=True),
    "encoder": lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=True), 2),
    "encoder that is not trained": lambda: nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval(),
}


def _put(x: Tensor) -> Tensor:
    x[0] = 0
    x[:, 1:2] = x[:, 0:1]
    x[:, torch.tensor([0], device=x.device)] = 7.0
    x[x < 0] = -1.0
    return x


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_gives_what_it_gives_on_the_processor(there: Impostor, name: str) -> None:
    torch.manual_seed(1)
    x = torch.randn(2, 5, 8)
    result = OPERATIONS[name](there.place(x))
    assert all(isinstance(each, FarTensor) for each in (result if isinstance(result, tuple) else [result]))
    torch.testing.assert_close(near(result), near(OPERATIONS[name](x)))


@pytest.mark.parametrize("name", MODULES)
def test_a_module_and_its_gradients_are_those_of_the_processor(there: Impostor, name: str) -> None:
    module, x = with_seed(MODULES[name]), torch.randn(2, 5, 8)
    far = there.place(copy.deepcopy(module))
    for each, inputs in ((module, x), (far, there.place(x))):
        result = each(inputs)
        (result[0] if isinstance(result, tuple) else result).pow(2).sum().backward()
    for one, other in zip(module.parameters(), far.parameters(), strict=True):
        assert isinstance(other, nn.Parameter)
        assert isinstance(other.grad, FarTensor)
        torch.testing.assert_close(near(other.grad), one.grad)


@pytest.mark.parametrize("weights", [True, False])
def test_attention_with_a_mask(there: Impostor, weights: bool) -> None:
    module, x = with_seed(lambda: nn.MultiheadAttention(8, 2, batch_first=True)), torch.randn(2, 5, 8)
    mask = torch.ones(5, 5, dtype=torch.bool).triu(1)
    expected, _ = module(x, x, x, attn_mask=mask, need_weights=weights)
    moved = there.place(x)
    found, _ = there.place(module)(moved, moved, moved, attn_mask=there.place(mask), need_weights=weights)
    torch.testing.assert_close(near(found), expected)


def test_packed_sequences_take_lengths_of_the_processor(there: Impostor) -> None:
    module, x = with_seed(lambda: nn.GRU(8, 4, batch_first=True)), torch.randn(2, 5, 8)
    lengths = torch.tensor([5, 3])

    def last(rnn: nn.Module, inputs: Tensor) -> Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(inputs, lengths, batch_first=True)
        padded: Tensor = nn.utils.rnn.pad_packed_sequence(rnn(packed)[0], batch_first=True)[0]
        return padded

    expected = last(module, x)
    found = last(there.place(module), there.place(x))
    assert isinstance(found, FarTensor)
    torch.testing.assert_close(near(found), expected)


def test_packed_sequences_refuse_lengths_of_the_device(there: Impostor) -> None:
    x, lengths = there.place(torch.randn(2, 5, 8)), there.place(torch.tensor([5, 3]))
    with pytest.raises(RuntimeError, match="1D CPU int64 tensor"):
        nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.integers(0, 3), st.sampled_from(["sum", "cumsum"]))
def test_sums_along_any_dimension_of_any_shape(shape: list[int], dim: int, name: str) -> None:
    device, x = Impostor(), torch.arange(float(torch.Size(shape).numel())).reshape(shape)
    with device.active():
        found = getattr(device.place(x), name)(dim % len(shape))
    assert torch.equal(near(found), getattr(x, name)(dim % len(shape)))


def test_an_embedding_learns(there: Impostor) -> None:
    table = there.place(nn.Embedding(10, 4))
    optimiser = torch.optim.Adam(table.parameters(), lr=0.1)
    before = table.weight.tolist()
    ids = torch.tensor([1, 2], device=table.weight.device)
    table(ids).sum().backward()
    optimiser.step()
    optimiser.zero_grad()
    after = table.weight.tolist()
    assert after[0] == before[0]
    assert after[1] != before[1]
    assert table.weight.grad is None


def test_a_gradient_comes_back_over_a_move_also_twice(there: Impostor) -> None:
    x = HERE.clone().requires_grad_()
    (first,) = torch.autograd.grad((there.place(x) ** 3).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    assert type(second) is Tensor
    assert torch.equal(second, 6 * HERE)
    far = there.place(HERE).requires_grad_()
    (far.cpu() ** 2).sum().backward()
    assert isinstance(far.grad, FarTensor)
    assert torch.equal(near(far.grad), 2 * HERE)


def test_the_gradient_of_a_cast_stays_there(there: Impostor) -> None:
    x = there.place(HERE).requires_grad_()
    (gradient,) = torch.autograd.grad((x.double() ** 2).float().sum(), x)
    assert isinstance(gradient, FarTensor)
    assert torch.equal(near(gradient), 2 * HERE)


@pytest.mark.parametrize("reentrant", [True, False])
def test_checkpoints(there: Impostor, reentrant: bool) -> None:
    x = there.place(HERE).requires_grad_()
    checkpoint(lambda t: (t**2).sum(), x, use_reentrant=reentrant).backward()
    assert torch.equal(near(x.grad), 2 * HERE)


def test_dropout_drops_and_scales(there: Impostor) -> None:
    dropped = near(F.dropout(there.place(torch.ones(1000)), 0.5, training=True))
    assert set(dropped.tolist()) == {0.0, 2.0}


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_autocast_makes_products_of_the_dtype(there: Impostor, dtype: torch.dtype) -> None:
    x, linear = there.place(HERE), there.place(nn.Linear(4, 4))
    with there.autocast(dtype):
        assert ((x @ x.mT).dtype, linear(x).dtype, (x + x).dtype) == (dtype, dtype, torch.float32)
        with pytest.raises(RuntimeError, match="without overflow") if dtype == torch.float16 else torch.no_grad():
            (x @ x.mT).masked_fill(x @ x.mT > 0, -1e9)
    assert (x @ x.mT).dtype == torch.float32
