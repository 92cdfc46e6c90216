from __future__ import annotations

import base64
import hashlib

from autograder.policy import policy


def test_styles_are_named_by_their_fingerprints() -> None:
    style = "p { color: red }"
    print_of = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{print_of}'" in policy([style])
    assert "unsafe" not in policy([style])


def test_style_attributes_count_only_where_they_are_asked_for() -> None:
    made = policy(["p {}"], attributes=True)
    assert "style-src 'unsafe-inline'; style-src-elem 'sha256-" in made
    assert "script" not in made  # nothing in it lets one run


def test_it_can_stand_in_front_of_the_declaration_of_the_encoding() -> None:
    """Browsers look for that in the first 1024 bytes."""
    assert len(policy([str(i) for i in range(8)], attributes=True)) < 900
