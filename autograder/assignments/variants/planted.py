"""The bugs that this class hunts. Written by `python -m autograder.assignments.variants.bugs`."""

PLANTED = (
    "one-layer-many-times",
    "pads-hidden-as-queries",
    "heads-cut-across-words",
    "scale-missing",
    "residual-of-the-normed",
    "dropout-never-off",
)
