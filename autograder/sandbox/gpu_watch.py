"""Watches a GPU while a submission has it: memory taken behind torch's back counts as well."""

from __future__ import annotations

import logging
import threading
from types import TracebackType

from autograder.sandbox.gpu import Gpu
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Process

_PERIOD = 0.1  # seconds between two looks
_log = logging.getLogger(__name__)


class GpuWatch:
    """A thread that ends a kernel when it takes more of the GPU's memory than it may, or when the GPU is gone.

    Args:
        before: bytes in use before the kernel came.
    """

    def __init__(self, gpu: Gpu, watched: Process, limits: Limits, before: int) -> None:
        self._gpu, self._watched, self._most = gpu, watched, before + limits.gpu_bytes
        self.struck = False  #: whether it had to end the kernel for its memory
        self.lost: Exception | None = None  #: what went wrong with the GPU itself
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="gpu-watch", daemon=True)

    def __enter__(self) -> GpuWatch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(_PERIOD):
            try:
                self.struck = self._gpu.used() > self._most
            except Exception as error:  # noqa: BLE001 - of whatever kind: what cannot be watched may not run
                _log.exception("the GPU %s cannot be watched any more, so the kernel is ended", self._gpu.uuid)
                self.lost = error
            if self.struck or self.lost:
                self._watched.end()
                return
