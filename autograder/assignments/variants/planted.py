"""The bugs that this class hunts. Written by `python -m autograder.assignments.variants.bugs`."""

PLANTED = (
    "one-layer-many-times",
    "one-step-ahead",
    "norm-over-the-batch",
    "heads-cut-across-words",
    "mask-after-softmax",
    "dropout-never-off",
)
