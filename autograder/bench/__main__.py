"""`python -m autograder.bench [throughput] [overhead] [scale] [cluster] …`: what `make bench` runs."""

from __future__ import annotations

import shutil

import click

from autograder.bench import cluster, overhead, scale, throughput
from autograder.bench.classes import LIGHT
from autograder.speech import speaks_plainly

_SIZES = (100, 1_000, 10_000)
_LIGHTER = 4  # times as many light submissions make a class


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(["throughput", "overhead", "scale", "cluster"]))
@click.option("--count", default=24, show_default=True, help="Submissions in a class.")
@click.option("--rounds", default=3, show_default=True, help="How often each is measured.")
@click.option("--most", default=100, show_default=True, help="The largest class of `scale`; the whole goes to 10,000.")
@click.option("--otter", default=shutil.which("otter"), help="Where otter-grader's command is, if not on the PATH.")
@click.option("--lesson", default=LIGHT, show_default=True, help="What `cluster` grades; attention, for example.")
@speaks_plainly
def main(names: tuple[str, ...], count: int, rounds: int, most: int, otter: str | None, lesson: str) -> None:
    """Measures what grading costs; tables on the screen, records in build/bench/."""
    if "throughput" in names or not names:
        throughput.run("attention", count, rounds, otter)
        throughput.run(LIGHT, _LIGHTER * count, rounds, otter)
    if "overhead" in names or not names:
        overhead.run(count)
    if "scale" in names or not names:
        scale.run(tuple(size for size in _SIZES if size <= most))
    if "cluster" in names or not names:
        cluster.run(lesson, _LIGHTER * count if lesson == LIGHT else count, rounds)


if __name__ == "__main__":
    main()
