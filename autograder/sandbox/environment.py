"""The environment that student code finds: nothing of the grader's is inherited."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from autograder.sandbox.mounts import NAME


def environment(home: str, temporary: str) -> dict[str, str]:
    """All variables of a kernel whose home folder is `home`."""
    return {
        "PATH": f"{sys.prefix}/bin:{os.defpath}",
        "LANG": "C.UTF-8",
        "USER": NAME,
        "LOGNAME": NAME,
        "HOME": home,
        "TMPDIR": temporary,
        "IPYTHONDIR": f"{home}/.ipython",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        **threads(),
        **keras(),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "CUDA_VISIBLE_DEVICES": "",
        **_driver_folder(),
    }


def _driver_folder() -> dict[str, str]:
    """Where the driver's libraries are, on machines that say so by a variable (containers, mostly)."""
    found = os.environ.get("LD_LIBRARY_PATH")
    return {"LD_LIBRARY_PATH": found} if found else {}


def threads() -> dict[str, str]:
    """One thread for each library that would start its own; read when it is imported.

    `torch.compile` then compiles in the kernel's own process, not in one for each of the machine's processors. And the
    allocator that pyarrow brings along (keras imports it by way of pandas) tidies up as it goes, and not in a thread of
    its own: a process with a second thread could not be forked from.
    """
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TORCHINDUCTOR_COMPILE_THREADS")
    return {**dict.fromkeys(names, "1"), "JE_ARROW_MALLOC_CONF": "background_thread:false"}


def keras() -> dict[str, str]:
    """Keras on torch, whatever stands in anybody's settings.

    Below /dev/null nothing can be, so that Keras neither finds a `keras.json` there nor writes one.
    """
    return {"KERAS_BACKEND": "torch", "KERAS_HOME": "/dev/null/keras"}


def font_folder() -> str:
    """Where the grader's own matplotlib keeps its list of fonts, which takes seconds to make anew."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return os.environ.get("MPLCONFIGDIR") or f"{cache}/matplotlib"


def lend_font_list(folder: Path) -> None:
    """Puts a copy of that list where a kernel's matplotlib looks."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(Path(font_folder()).glob("fontlist-*.json")):
        shutil.copy(path, folder)
