"""An authority of our own and what it signs, made by the very lines that the README gives."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

README = Path(__file__).parents[3] / "README.md"


def make_certificates(folder: Path) -> tuple[Path, Path, Path]:
    """An authority's certificate, and a certificate signed by it with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which the certificates of this test are made with")
    for command in lines_of("openssl"):
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return folder / "ca.pem", folder / "own.pem", folder / "own.key"


def lines_of(program: str) -> list[str]:
    """The lines of the README that call a program."""
    return [line for line in README.read_text().splitlines() if line.startswith(f"{program} ")]
