"""What a bug of the hunt is: a line of the suspect, what it is turned into, and what is then to be seen.

A bug trains happily: nothing raises, nothing is NaN, the loss goes down. `symptom` is all that a student is told of it
before it is found, so it names what is seen and never the line.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """One bug.

    Attributes:
        name: how students name it.
        site: the method that it is planted in.
        right: what stands there without it (once in that method).
        wrong: what it turns that into.
        meaning: what the name means, for the list that students choose from.
        symptom: what is seen of it.
        explanation: what is wrong, and why it matters: said to a student who left it in.
    """

    name: str
    site: str
    right: str
    wrong: str
    meaning: str
    symptom: str
    explanation: str
