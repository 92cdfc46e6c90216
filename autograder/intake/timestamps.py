"""Reads the date in `timestamp.txt`."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime, tzinfo

from dateutil import parser as dates  # type: ignore[import-untyped]
from dateutil import tz


def parse_timestamp(text: str) -> datetime:
    """A date as nbgrader writes and reads it ("2026-03-01 12:00:00 CET" among others), in UTC without a zone.

    A student may lose points by this date, so it is read just as nbgrader reads it: a number in the place
    of the zone counts seconds.

    Raises:
        ValueError, OverflowError, TypeError: it is no date.
    """
    parts = text.split(" ")
    if len(parts) == 3:
        moment: datetime = dates.parse(f"{parts[0]} {parts[1]} TZ", tzinfos={"TZ": _zone(parts[2])})
    else:
        moment = _parse(text)
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None)


def _parse(text: str) -> datetime:
    """A date with any zone or none; a zone that nobody knows is left aside, as nbgrader does, and in silence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dates.UnknownTimezoneWarning)
        moment: datetime = dates.parse(text)
        return moment


def _zone(name: str) -> tzinfo | int | None:
    if re.fullmatch(r"[+-]?\d{1,6}", name):
        return int(name)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+/-]{0,40}", name):
        raise ValueError(f"{name!r} names no time zone")  # gettz would open it as a path
    found: tzinfo | None = tz.gettz(name)
    return found
