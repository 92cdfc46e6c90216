"""Draws the six bugs that a class hunts, and plants them.

::

    python -m autograder.assignments.variants.bugs --list              what there is to plant
    python -m autograder.assignments.variants.bugs --seed 7            which six that seed draws
    python -m autograder.assignments.variants.bugs --seed 7 --plant    writes them into the course
    python -m autograder.assignments.variants.bugs --check             do the files hold what planted.py says?

    bank.py ── six of them, no two in one method ──→ planted.py                        (what the checks ask)
    suspect.py ──┬─ the wrong lines ──→ source/variants, cells suspect and rogues      (what students get)
                 ├─ in other words  ──→ source/variants, cell bug-hunt-code            (the solution)
                 └─ one bug left in ──→ misconceptions/bug_*.py, alternatives/bugs_*.py (the proofs)

After planting: `autograder release variants`, then `autograder verify variants`. Do so before students get the release:
what they have and what is checked have to be of one draw.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

import click

from autograder.assignments.variants.bank import BANK, BY_NAME, SIX
from autograder.assignments.variants.bug import Bug
from autograder.assignments.variants.planted import PLANTED
from autograder.assignments.variants.suspect import IN_OTHER_WORDS, SUSPECT, method, methods

ROOT = Path(__file__).parents[3]
_PLANTED = '''"""The bugs that this class hunts. Written by `python -m autograder.assignments.variants.bugs`."""

PLANTED = (
{names}
)
'''
_SOLUTION = '''def mended():
    """A class without the six bugs: derived from `Suspect`, with the methods that were wrong written anew.

    returns: the class itself (not a model made with it)
    """
    ### BEGIN SOLUTION
    return Mended


class Mended(Suspect):
{methods}
    ### END SOLUTION


def found():
    """Which six they were.

    returns: list of 6 str, names as they stand in ROGUES
    """
    ### BEGIN SOLUTION
    return [{names}]
    ### END SOLUTION'''
_VARIANT = '''"""{text}"""

exercise = "bug-hunt"
{fields}

class Mended(Suspect):
{methods}


def mended():
    return Mended


def found():
    return [{names}]
'''


def draw(seed: int) -> tuple[Bug, ...]:
    """Six bugs in six methods, in the order of the methods."""
    lots = random.Random(seed)
    sites = lots.sample(methods(SUSPECT), SIX)
    return in_order([lots.choice([bug for bug in BANK if bug.site == site]) for site in sites])


def in_order(bugs: Sequence[Bug]) -> tuple[Bug, ...]:
    """The bugs in the order of their methods.

    Raises:
        UsageError: two of them share a method.
    """
    sites = methods(SUSPECT)
    if len({bug.site for bug in bugs}) < len(bugs):
        raise click.UsageError(
            "No two bugs may share a method: " + ", ".join(f"{bug.name} ({bug.site})" for bug in bugs)
        )
    return tuple(sorted(bugs, key=lambda bug: sites.index(bug.site)))


def suspect(bugs: Sequence[Bug]) -> str:
    """The class with these bugs in it."""
    source = SUSPECT
    for bug in bugs:
        sound = method(SUSPECT, bug.site)
        lines = [_turned(line, bug) for line in sound.split("\n")]
        source = source.replace(sound, "\n".join(lines))
    return source.rstrip("\n")


def _turned(line: str, bug: Bug) -> str:
    """A line with the bug in it. Its comment stays in its column: what is out of line would catch the eye."""
    if bug.right not in line:
        return line
    code, sign, comment = line.replace(bug.right, bug.wrong).partition("  # ")
    return f"{code.rstrip():{line.find('  # ')}}{sign}{comment}" if sign else code


def rogues() -> str:
    """The list of names that students choose from: all of the bank, by name."""
    lines = [f'    "{bug.name}": "{bug.meaning}",' for bug in sorted(BANK, key=lambda bug: bug.name)]
    return "\n".join(["ROGUES = {", *lines, "}"])


def solution(bugs: Sequence[Bug]) -> str:
    """The solution cell."""
    return _SOLUTION.format(methods=_methods(IN_OTHER_WORDS, bugs), names=_names(bugs))


def variants(bugs: Sequence[Bug]) -> dict[str, str]:
    """Misconceptions and alternatives, by their path in the assignment's folder."""
    files = {}
    for number, bug in enumerate(bugs, 1):
        others = [other for other in bugs if other is not bug]
        fields = f'must_fail = ["test_cured_{number}", "test_named_{number}"]\n'
        files[f"misconceptions/bug_{bug.name.replace('-', '_')}.py"] = _variant(bug.explanation, fields, others, others)
    every = ", ".join(f'"test_named_{number}"' for number in range(1, SIX + 1))
    text = "Your list holds every name there is: that finds nothing. Name six."
    files["misconceptions/bugs_all_named.py"] = _variant(text, f"must_fail = [{every}]\n", bugs, BANK)
    sites = methods(SUSPECT)
    whole = [next(bug for bug in BANK if bug.site == site) for site in sites]
    text = "The six methods as they stand in a sound model, and no others."
    files["alternatives/bugs_mended_line_by_line.py"] = _variant(text, "", bugs, bugs, SUSPECT)
    files["alternatives/bugs_all_methods_anew.py"] = _variant("All methods in other words.", "", whole, bugs[::-1])
    return files


def _variant(text: str, fields: str, mend: Sequence[Bug], name: Sequence[Bug], source: str = IN_OTHER_WORDS) -> str:
    body = fill(text, 116)
    return _VARIANT.format(text=body, fields=fields, methods=_methods(source, mend), names=_names(name))


def _methods(source: str, bugs: Sequence[Bug]) -> str:
    return "\n\n".join(method(source, bug.site) for bug in bugs)


def _names(bugs: Sequence[Bug]) -> str:
    listed = "".join(f'\n        "{bug.name}",' for bug in bugs)
    return f"{listed}\n    "


def files_of(bugs: Sequence[Bug], root: Path = ROOT) -> dict[Path, str]:
    """All that a draw decides, by path: the notebook with its cells, what is planted, and the proofs."""
    folder, notebook = root / "autograder/assignments/variants", root / "source/variants/variants.ipynb"
    files = {folder / name: text for name, text in variants(bugs).items()}
    files[folder / "planted.py"] = _PLANTED.format(names="\n".join(f'    "{bug.name}",' for bug in bugs))
    files[notebook] = _written_into(notebook.read_text(encoding="utf-8"), bugs)
    return files


def _written_into(notebook: str, bugs: Sequence[Bug]) -> str:
    cells = {"suspect": suspect(bugs), "rogues": rogues(), "bug-hunt-code": solution(bugs)}
    content = json.loads(notebook)
    for cell in content["cells"]:
        if cell["id"] in cells:
            cell["source"] = cells[cell["id"]].splitlines(keepends=True)
    # The first line of a method stands in the suspect and in the solution alike, and may.
    headers = [method(SUSPECT, site).split(":\n")[0].strip() for site in methods(SUSPECT)]
    shown = content["metadata"].setdefault("aandacht", {}).get("shown", [])
    content["metadata"]["aandacht"]["shown"] = [*(line for line in shown if line not in headers), *headers]
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def plant(bugs: Sequence[Bug], root: Path = ROOT) -> None:
    """Writes all that a draw decides, and takes away what an earlier draw left."""
    files = files_of(bugs, root)
    for path in leftovers(files, root):
        path.unlink()
    for path, text in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def leftovers(files: dict[Path, str], root: Path = ROOT) -> list[Path]:
    """Proofs of another draw."""
    folder = root / "autograder/assignments/variants"
    return sorted(set(folder.glob("misconceptions/bug_*.py")) - set(files))


def faults(root: Path = ROOT) -> list[Path]:
    """Files that do not hold what planted.py says."""
    files = files_of([BY_NAME[name] for name in PLANTED], root)
    stale = [path for path, text in files.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    return stale + leftovers(files, root)


@click.command(help=(__doc__ or "").replace("::\n\n", "").replace("\n\n", "\n\n\b\n"))
@click.option(
    "--list", "wants_list", is_flag=True, help="All bugs of the bank, with the method that each is planted in."
)
@click.option("--seed", type=int, help="Draw six bugs with this seed.")
@click.option("--bug", "names", multiple=True, type=click.Choice(sorted(BY_NAME)), metavar="NAME", help="Or name them.")
@click.option("--plant", "wants_plant", is_flag=True, help="Write the notebook's cells, planted.py and the proofs.")
@click.option("--check", "wants_check", is_flag=True, help="Only say whether the files hold what planted.py says.")
def main(wants_list: bool, seed: int | None, names: Sequence[str], wants_plant: bool, wants_check: bool) -> None:
    """The command; see the module."""
    if wants_check:
        _check()
    bugs = draw(seed) if seed is not None else in_order([BY_NAME[name] for name in names])
    for bug in BANK if wants_list else bugs:
        click.echo(f"{bug.name:24} in {bug.site:12} {bug.meaning}")
    if not wants_plant:
        return
    if len(bugs) != SIX:
        raise click.UsageError(f"Six bugs are wanted, by --seed or by --bug six times; these are {len(bugs)}.")
    plant(bugs)
    click.echo("Planted. Next: autograder release variants; autograder verify variants.")


def _check() -> None:
    stale = faults()
    for path in stale:
        click.echo(f"{path} is not what planted.py says.")
    if stale:
        raise click.ClickException("Plant anew.")
    click.echo("The files hold what planted.py says.")


if __name__ == "__main__":
    main()
