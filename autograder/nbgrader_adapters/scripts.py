"""nbgrader starts `alembic` by its name to make a gradebook, which fails where the environment is not activated."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def scripts_on_path() -> Iterator[None]:
    """Let programs be found that are installed beside the running Python, for as long as the block lasts."""
    before = os.environ.get("PATH")
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), before or os.defpath])
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before
