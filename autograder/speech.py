"""Says what went wrong in one sentence, with the right exit code: 1 not all could be graded, 2 wrong usage."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click

from autograder.errors import AutograderError, UsageError

Arguments = ParamSpec("Arguments")


def speaks_plainly(command: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Shows an error of ours as its one sentence, with the right exit code."""

    @wraps(command)
    def spoken(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except AutograderError as error:
            click.echo(f"autograder: {error}", err=True)
            sys.exit(2 if isinstance(error, UsageError) else 1)
        except ModuleNotFoundError as error:
            click.echo(f"autograder: {_missing(error)}", err=True)
            sys.exit(2)
        except BrokenPipeError:
            _read_by_nobody()
            sys.exit(1)
        except OSError as error:
            click.echo(f"autograder: {error.filename or 'a file'}: {error.strerror}.", err=True)
            sys.exit(1)
        except KeyboardInterrupt:
            click.echo("autograder: stopped; what was graded is kept. The same command goes on from here.", err=True)
            sys.exit(130)

    return spoken


def _read_by_nobody() -> None:
    """Nobody reads standard output any more: what is left for it goes nowhere, or Python would complain at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    click.echo("autograder: stopped, because nobody reads the output any more; what was graded is kept.", err=True)


def _missing(error: ModuleNotFoundError) -> str:
    extra = "cluster" if error.name == "distributed" else "course"
    return f"{error.name} is not installed; this command needs it: pip install 'autograder[{extra}]'."
