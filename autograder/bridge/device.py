"""Where a worker's tensors live, and what a step costs there.

::

    cpu        as they come; nothing is measured
    cuda       the GPU that this process was given
    impostor   a make-believe device, for proving without a GPU what is checked on one (`impostor.py`)

Only the process that answers touches a device: the grader itself, its zygote and its judge never do.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes


@dataclass
class Meter:
    """What a step on a device cost.

    Attributes:
        launches: operations that computed something (views and empty tensors do not): what a GPU starts kernels for.
        syncs: times the processor had to wait for the device, to read a value or a shape.
        peak: bytes that the step held at its height, beyond what was there before it.
    """

    launches: int = 0
    syncs: int = 0
    peak: int = 0


class Device:
    """The processor itself, where no step is measured."""

    name = "cpu"

    def active(self) -> AbstractContextManager[object]:
        """Around everything that happens there."""
        return nullcontext()

    def place(self, value: Any) -> Any:
        """A tensor or module there; anything else as it is."""
        return value

    def holds(self, tensor: torch.Tensor) -> bool:
        """Whether the tensor lives there."""
        return True

    def metered(self) -> AbstractContextManager[Meter]:
        """Measures what happens inside."""
        return nullcontext(Meter())

    def autocast(self, dtype: torch.dtype) -> AbstractContextManager[object]:
        """Mixed precision, as `torch.autocast` does it there."""
        return torch.autocast("cpu", dtype=dtype)

    def compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function as one compiled graph; raises where it cannot be one."""
        return torch.compile(function, fullgraph=True, backend="eager")

    def is_lost(self) -> bool:
        """Whether nothing can be computed there any more in this process."""
        return False

    def tidy(self) -> None:
        """Gives back what no tensor holds."""


class Cuda(Device):
    """The GPU; the first one that this process sees, for it sees no other.

    Raises:
        RuntimeError: there is none, or CUDA was in use before a fork.
    """

    name = "cuda"

    def __init__(self) -> None:
        torch.cuda.init()  # type: ignore[no-untyped-call]
        torch.backends.cudnn.allow_tf32 = False  # so that float32 is held to float32's tolerance
        torch.backends.cuda.matmul.allow_tf32 = False

    def place(self, value: Any) -> Any:
        """See `Device.place`."""
        return value.to("cuda") if isinstance(value, torch.Tensor | torch.nn.Module) else value

    def holds(self, tensor: torch.Tensor) -> bool:
        """See `Device.holds`."""
        return tensor.device.type == "cuda"

    @contextmanager
    def metered(self) -> Iterator[Meter]:
        """See `Device.metered`; the step's work is waited for before its memory is read."""
        meter = Meter()
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        with _heard_syncs(meter), Launches(meter):
            yield meter
        torch.cuda.synchronize()
        meter.peak = torch.cuda.max_memory_allocated() - before

    def autocast(self, dtype: torch.dtype) -> AbstractContextManager[object]:
        """See `Device.autocast`."""
        return torch.autocast("cuda", dtype=dtype)

    def compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """See `Device.compiled`."""
        made = torch.compile(function, fullgraph=True)

        def unseen(*args: Any, **kwargs: Any) -> Any:
            with _disable_current_modes():  # under the one that counts launches nothing would be compiled
                return made(*args, **kwargs)

        return unseen

    def is_lost(self) -> bool:
        """See `Device.is_lost`: an illegal access, for one, ends all work of its process on the GPU."""
        try:
            torch.cuda.synchronize()
        except RuntimeError:
            return True
        return False

    def tidy(self) -> None:
        """See `Device.tidy`."""
        gc.collect()
        torch.cuda.empty_cache()


_WAITED = "called a synchronizing"  #: not the warning, given once, that the mode itself is a prototype


@contextmanager
def _heard_syncs(meter: Meter) -> Iterator[None]:
    """Counts torch's warnings of its sync debug mode."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        try:
            yield
        finally:
            torch.cuda.set_sync_debug_mode("default")
            meter.syncs += sum(_WAITED in str(each.message) for each in heard)


class Launches(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the operations that start work on a device."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._meter = meter

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self._meter.launches += starts_work(func)
        return func(*args, **(kwargs or {}))


def starts_work(func: Any) -> bool:
    """Whether an operation computes something: a view does not, nor does memory that is only set aside."""
    name = func.overloadpacket.__name__
    return not (func.is_view or name.startswith(("empty", "new_empty")) or name in ("detach", "lift_fresh", "device"))
