"""Workers as machines with addresses of their own, one of which loses its network."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_OURS = ["unshare", "--user", "--map-root-user", "--net"]


def _no_network() -> str:
    """Why no network of namespaces can be made here; empty where it can."""
    for tool in ("unshare", "nsenter", "ip"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    trial = [*_OURS, "sh", "-c", "ip link add wire0 type veth peer name wire1 && unshare --net true"]
    tried = subprocess.run(trial, check=False, capture_output=True, text=True)
    return "" if tried.returncode == 0 else f"no virtual wires may be made here: {tried.stderr.strip()}"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_machine_without_network_is_replaced_and_another_joins(tmp_path: Path) -> None:
    if why := _no_network():
        pytest.skip(why)
    command = [*_OURS, sys.executable, "-m", "autograder.tests.executors.lan", str(tmp_path)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=280)
    assert ended.returncode == 0, ended.stderr
    came = json.loads(ended.stdout.splitlines()[-1])
    assert came["hosts"] == ["10.77.1.2", "10.77.2.2"]
    assert came["seen"] == ["machine1", "machine2", "machine3"]
    assert came["right"]
    assert came["notices"] == ["The worker machine2-1.1 is gone; what it was at is done by others."]
