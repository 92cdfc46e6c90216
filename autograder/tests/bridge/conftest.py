"""Hostile peers for the trusted side to meet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.bridge.impostor import Impostor
from autograder.tests.bridge.peers import Serve, listening


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a peer that follows a script on each line; gives its path."""
    with listening(tmp_path / "peer") as start:
        yield start


@pytest.fixture
def there() -> Iterator[Impostor]:
    """The make-believe device, in use."""
    device = Impostor()
    with device.active():
        yield device
