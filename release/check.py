"""Runs lessons from top to bottom, and shows which exercises pass the tests that you can see.

    python check.py              all lessons
    python check.py attention    one of them

Your notebooks are not changed. It ends with 0 while nothing is wrong: what you have not begun yet is no mistake.
Needed: what requirements.txt names.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

HERE = Path(__file__).resolve().parent
SECONDS = 300  # for one cell; no cell of a lesson needs a minute
QUIZZES = ("-pre", "-post")
WAITING = "Not yet: "  # what a cell prints that needs an exercise which nobody has begun


def lessons(names):
    """The files of these lessons, or of all; a quiz is no lesson."""
    found = {path.stem: path for path in sorted(HERE.glob("*/*.ipynb")) if path.stem == path.parent.name}
    found = {name: path for name, path in found.items() if not name.endswith(QUIZZES)}
    unknown = sorted(set(names) - set(found))
    if unknown:
        sys.exit(f"There is no lesson {unknown[0]}; there are: {', '.join(found)}.")
    return {name: found[name] for name in names or found}


def read(path):
    """A notebook; nothing when the file holds none."""
    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, LookupError, TypeError, AttributeError):  # whatever stands there in the place of one
        return None


def run(name, notebook):
    """Runs all cells, also behind one that fails; says what ended the run early, if anything did."""
    place = {"metadata": {"path": str(HERE / name)}}
    client = NotebookClient(
        notebook, timeout=SECONDS, interrupt_on_timeout=True, allow_errors=True, kernel_name="python3", resources=place
    )
    try:
        client.execute()
    except DeadKernelError:
        return "the kernel died: was the memory used up, or the kernel told to end?"
    return ""


def is_exercise(cell):
    """Whether a cell holds the visible tests of an exercise."""
    marks = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and bool(marks.get("grade")) and not marks.get("solution")


def error_of(cell):
    """The kind and the first line of a cell's error; two empty texts without one."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            return output.ename, (output.evalue.strip().splitlines() or [""])[0]
    return "", ""


def is_waiting(cell):
    """Whether a cell needs an exercise that is still to be written."""
    printed = "".join(output.get("text", "") for output in cell.get("outputs", []))
    return printed.startswith(WAITING) or error_of(cell)[0] == "NotImplementedError"


def name_of(cell):
    """What a cell is called; some programs write notebooks in which cells have no id."""
    return cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id") or "a cell of yours"


def judged(cell):
    """A mark for one cell, and a few words; nothing for a cell of which nothing is to be said."""
    kind, said = error_of(cell)
    if is_waiting(cell):
        return ("…", "still yours to write") if is_exercise(cell) else None
    if kind == "KeyboardInterrupt":
        return "✗", f"stopped after {SECONDS} s"
    if kind:
        return "✗", f"{kind}: {said}" if said else kind
    if is_exercise(cell):
        return ("✓", "passes its visible tests") if cell.get("execution_count") else ("–", "was not reached")
    return None


def check(name, path):
    """The lines to show of one lesson, and whether something in it is wrong."""
    notebook = read(path)
    if notebook is None:
        return [f"{name}: cannot be read as a notebook; did a conflict leave its marks in it?"], True
    ended = run(name, notebook)
    found = [(name_of(cell), judgement) for cell in notebook.cells if (judgement := judged(cell))]
    lines = [f"  {mark} {cell}: {words}" for cell, (mark, words) in found]
    lines += [f"  ✗ {ended}"] * bool(ended)
    passed = sum(mark == "✓" for _, (mark, _) in found)
    head = f"{name}: {passed} of {sum(map(is_exercise, notebook.cells))} exercises pass their visible tests"
    return [head, *lines], bool(ended) or any(mark == "✗" for _, (mark, _) in found)


def main(names):
    """Checks the lessons, and also writes what it found where GitHub shows it."""
    wrong, text = False, []
    for name, path in lessons(names).items():
        lines, faulty = check(name, path)
        print("\n".join(lines), flush=True)
        wrong, text = wrong or faulty, [*text, *lines, ""]
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write("\n".join(f"    {line}" for line in text) + "\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
