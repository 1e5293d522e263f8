"""The nearest right name, for everything that a test author may misspell."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MANY = 25


def suggestion(name: str, known: Iterable[str], what: str = "") -> str:
    """Return what to write instead of a name that does not exist.

    Args:
        name: what was given.
        known: the names that exist.
        what: what they are, for a list that is too long to print, such as ``"operations of sqs"``.
    """
    names = list(known)
    by_lower = {other.lower().replace("_", "").replace("-", ""): other for other in names}
    flat = name.lower().replace("_", "").replace("-", "")
    close = [by_lower[found] for found in get_close_matches(flat, by_lower, n=3, cutoff=0.75)]
    if close:
        return f"did you mean {' or '.join(map(repr, close))}?"
    if len(names) <= _MANY:
        return f"there are {', '.join(names)}" if names else "there are none"
    return f"there are {len(names)} {what}".rstrip()
