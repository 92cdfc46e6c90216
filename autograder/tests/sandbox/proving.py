"""Tries to break out, and prints what came of it: `python -m autograder.tests.sandbox.proving LAYERS`.

`LAYERS` names, with commas between, what the lock is to be without; "all" means no lock.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from autograder.errors import KernelError
from autograder.sandbox.plain import PlainLauncher
from autograder.sandbox.proof import prove
from autograder.sandbox.warm import LockRefused
from autograder.tests.sandbox.gaps import gap
from autograder.tests.sandbox.inside import lean_launcher

HIDDEN = Path(__file__).resolve().parent


def escapes(layers: str) -> set[str]:
    """The names of the attempts that succeeded; the layer that was refused stands for all of them."""
    if layers == "all":
        return {attempt.name for attempt in prove(PlainLauncher(), [HIDDEN]) if attempt.escaped}
    with lean_launcher(*[gap(layer) for layer in layers.split(",") if layer]) as launcher:
        try:
            return {attempt.name for attempt in prove(launcher, [HIDDEN]) if attempt.escaped}
        except LockRefused as refused:
            return {f"refused: {refused.layer}"}
        except KernelError as error:
            return {str(error)}


def main() -> None:
    """A JSON object: the user, and what got out."""
    found = {layers: sorted(escapes(layers)) for layers in sys.argv[1:] or [""]}
    sys.stdout.write(json.dumps({"user": os.getuid(), "escapes": found}))


if __name__ == "__main__":
    main()
