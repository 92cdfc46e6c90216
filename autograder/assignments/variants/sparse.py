"""What sparse and streaming attention are compared with, and how they are asked: counted, and with a generator."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.checks import Draw, Student, fail

#: Runs in the student's process. A generator cannot cross the bridge; what a call computes is counted where it runs.
PROBES = '''
import weakref as _weakref

import torch as _torch
from torch.utils._python_dispatch import TorchDispatchMode as _Mode
from torch.utils._pytree import tree_iter as _tree_iter


def _pattern(n, window, n_global, n_random, seed):
    return block_pattern(n, window, n_global, n_random, _torch.Generator().manual_seed(seed))


def _pattern_amid_others(n, window, n_global, n_random, seed):
    _torch.manual_seed(seed + 1)
    return _pattern(n, window, n_global, n_random, seed)


def _patterns(n, window, n_global, n_random, seed, times):
    lots = _torch.Generator().manual_seed(seed)
    tables = [block_pattern(n, window, n_global, n_random, lots) for _ in range(times)]
    return sum(table.long() for table in tables)


class _Ledger(_Mode):
    """Counts numbers computed, and bytes held at a time, of all tensors that are made inside."""

    def __init__(self):
        super().__init__()
        self.total = self.held = self.peak = 0
        self.known = set()

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        result = operation(*args, **(kwargs or {}))
        for tensor in _tree_iter(result):
            if isinstance(tensor, _torch.Tensor) and not operation.is_view:
                self.note(tensor)
        return result

    def note(self, tensor):
        storage = getattr(tensor, "near", tensor).untyped_storage()  # on the make-believe device it lies underneath
        key, size = storage._cdata, storage.nbytes()
        self.total += tensor.numel()
        if key not in self.known:
            self.known.add(key)
            self.held += size
            self.peak = max(self.peak, self.held)
            _weakref.finalize(storage, self.let_go, key, size)

    def let_go(self, key, size):
        self.known.discard(key)
        self.held -= size


def _numbers_computed(name, *args):
    with _torch.no_grad(), _Ledger() as ledger:
        globals()[name](*args)
    return ledger.total


def _bytes_held(name, backward, query, key, value, *more):
    inputs = [tensor.detach().requires_grad_(backward) for tensor in (query, key, value)]
    upstream = _torch.ones_like(inputs[2])
    with _Ledger() as ledger:
        result = globals()[name](*inputs, *more)
        if backward:
            result.backward(upstream)
    return ledger.peak
'''


def attention(query: Tensor, key: Tensor, value: Tensor, seen: Tensor) -> Tensor:
    """(B, H, Tq, d_v): all scores in float64, then the mask; zeros where a query sees nothing."""
    q, k, v = query.double(), key.double(), value.double()
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    shares = scores.masked_fill(~seen, -1e300).softmax(dim=-1).masked_fill(~seen, 0.0)
    mixed: Tensor = shares @ v
    return mixed.to(value.dtype)


def gradients(inputs: tuple[Tensor, ...], seen: Tensor, upstream: Tensor) -> list[Tensor]:
    """Those of `attention` for query, key and value."""
    leaves = [tensor.double().requires_grad_() for tensor in inputs]
    found = torch.autograd.grad(attention(leaves[0], leaves[1], leaves[2], seen), leaves, upstream.double())
    return [gradient.to(tensor.dtype) for gradient, tensor in zip(found, inputs, strict=True)]


def unrandom(n: int, window: int, n_global: int) -> Tensor:
    """(n, n): what window and global blocks see."""
    place = torch.arange(n)
    near = (place[:, None] - place).abs() <= window
    return near | (place < n_global) | (place < n_global)[:, None]


def widened(blocks: Tensor, T: int, block: int) -> Tensor:
    """(T, T): the table of blocks, token by token."""
    return blocks.repeat_interleave(block, 0).repeat_interleave(block, 1)[:T, :T]


def scores_of(sizes: tuple[int, int, int, int, int]) -> int:
    """What count_scores has to say."""
    T, block, window, n_global, n_random = sizes
    n = T // block
    base = unrandom(n, window, n_global).sum(1)
    base[n_global:] += (n - base[n_global:]).clamp(max=n_random)
    return int(base.sum()) * block**2


def draw_table(draw: Draw, n: int) -> Tensor:
    """(n, n): rows that see different numbers of blocks, each of them one at least; row 0 sees all."""
    table = draw.uniform(n, n) < torch.linspace(0.2, 0.7, n)[:, None]
    table |= torch.eye(n).bool().roll(1, 0)  # a row need not see itself
    table[0] = True
    return table


def draw_texts(draw: Draw, B: int, T: int) -> Tensor:
    """(B, T): True for tokens, False for pads; the first text is full."""
    lengths = torch.tensor([T, *draw.integers(T // 2, T, (B - 1,)).tolist()])
    return torch.arange(T) < lengths[:, None]


def unchanged(student: Student, target: str, names: str, *args: object) -> None:
    """Fails when the call changes an argument in place; `names`: those of the arguments, with spaces between."""
    for name, before, after in zip(names.split(), args, student.inputs_after(target, *args), strict=True):
        if isinstance(before, Tensor) and not (isinstance(after, Tensor) and torch.equal(before, after)):
            words = "arguments left as they were: the caller may still need them"
            fail(f"`{student.last_called}` changed its argument `{name}`", words)
