"""The judge's own process: `python -P -m autograder.checks DESCRIPTOR`, started by `autograder.checks.judge`."""

from __future__ import annotations

import sys
from multiprocessing.connection import Connection

from autograder.checks.judge import serve

if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
