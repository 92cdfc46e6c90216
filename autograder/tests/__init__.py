"""Tests, in rooms that mirror the package; `courses/` holds miniature courses as fixtures."""
