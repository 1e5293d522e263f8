"""Forms of documents: one description both writes data as JSON and reads them back, naming the place of what is wrong.

What is kept has this project's names, and a document has AWS's; `Members` says which is which.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from .suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The last second that dates can express, 9999-12-31.
_LAST_SECOND = 253402300799.0
_SHOWN = 60


class Form(Protocol):
    """What a part of a document looks like."""

    def read(self, given: Any, where: str) -> Any:
        """Return what is to be kept.

        Args:
            given: that part of the document.
            where: its place, for errors.

        Raises:
            ValueError: if it is not of this form, with its place and what is expected there.
        """

    def write(self, kept: Any) -> Any:
        """Return what the document has for it."""


def wrong(where: str, expected: str, given: Any) -> ValueError:
    """Return the error for a part of a document that is not what it should be."""
    shown = repr(given)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return ValueError(f"{where}: expected {expected}, not {shown}")


def inside(where: str, name: object) -> str:
    """Return the place of a member, an entry or an item."""
    return f"{where}/{name}" if where else str(name)


@dataclass(frozen=True)
class Plain:
    """A value that is kept as it is in the document.

    Args:
        expected: what it is, in words.
        accepts: tells whether a value is one.
    """

    expected: str
    accepts: Callable[[Any], bool]

    def read(self, given: Any, where: str) -> Any:
        """Return it; ValueError if it is none."""
        if not self.accepts(given):
            raise wrong(where, self.expected, given)
        return given

    def write(self, kept: Any) -> Any:
        """Return it."""
        return kept


def _is_number(given: Any) -> bool:
    if isinstance(given, float):
        return math.isfinite(given)
    return isinstance(given, int) and not isinstance(given, bool)


def _is_time(given: Any) -> bool:
    return _is_number(given) and 0 <= given <= _LAST_SECOND


def _is_hex(given: Any) -> bool:
    # `bytes.fromhex` skips blanks, too, which nobody wrote.
    return isinstance(given, str) and len(given) % 2 == 0 and set(given) <= set("0123456789abcdef")


TEXT = Plain("text", lambda given: isinstance(given, str))
NAME = Plain("text that is not empty", lambda given: isinstance(given, str) and given != "")
FLAG = Plain("true or false", lambda given: isinstance(given, bool))
COUNT = Plain("a whole number from 0", lambda given: type(given) is int and given >= 0)
NUMBER = Plain("a number", _is_number)
TIME = Plain("a time in seconds since 1970", _is_time)
HEX = Plain("hexadecimal digits", _is_hex)


def one_of(*values: str) -> Plain:
    """Return the form of a text that is one of these."""
    return Plain(" or ".join(map(repr, values)), lambda given: isinstance(given, str) and given in values)


@dataclass(frozen=True)
class Items:
    """A list of things of one form.

    Args:
        form: the form of each.
        key: what tells one from another, of which there may not be two; None if they may be equal.
    """

    form: Form
    key: str | None = None

    def read(self, given: Any, where: str) -> list[Any]:
        """Return what is to be kept; ValueError if it is no such list."""
        if not isinstance(given, list):
            raise wrong(where, "a list", given)
        items = [self.form.read(item, inside(where, number)) for number, item in enumerate(given)]
        if self.key is not None:
            seen: set[Any] = set()
            for number, item in enumerate(items):
                if item[self.key] in seen:
                    raise ValueError(
                        f"{inside(where, number)}: there is another entry for {item[self.key]!r} before it"
                    )
                seen.add(item[self.key])
        return items

    def write(self, kept: Any) -> list[Any]:
        """Return the list."""
        return [self.form.write(item) for item in kept]


@dataclass(frozen=True)
class Entries:
    """An object whose names are anything.

    Args:
        form: the form of its values.
        name: the form of its names.
    """

    form: Form
    name: Form = TEXT

    def read(self, given: Any, where: str) -> dict[str, Any]:
        """Return what is to be kept; ValueError if it is no such object."""
        if not isinstance(given, dict):
            raise wrong(where, "an object", given)
        for name in given:
            self.name.read(name, f"{where or 'the document'}, name of an entry")
        return {name: self.form.read(value, inside(where, name)) for name, value in given.items()}

    def write(self, kept: Any) -> dict[str, Any]:
        """Return the object."""
        return {name: self.form.write(value) for name, value in kept.items()}


class Member:
    """A member of an object.

    Args:
        form: its form.
        kept_as: its name where it is kept; None if that is the same.
        is_optional: whether it may be missing from the document; what is kept is None then.
    """

    def __init__(self, form: Form, kept_as: str | None = None, *, is_optional: bool = False) -> None:
        self.form = form
        self.kept_as = kept_as
        self.is_optional = is_optional


class Members:
    """An object with members of these names and no others.

    Args:
        members: by their names in the document.
        keeps_absent: whether an optional member that is missing is missing from what is kept, too, not None.
        check: a last look at what was read; the ValueError it raises gets the place.
    """

    def __init__(
        self,
        members: Mapping[str, Member],
        *,
        keeps_absent: bool = False,
        check: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self._members = members
        self._keeps_absent = keeps_absent
        self._check = check

    def read(self, given: Any, where: str) -> dict[str, Any]:
        """Return what is to be kept; ValueError if it is no such object."""
        place = where or "the document"
        if not isinstance(given, dict):
            raise wrong(place, "an object", given)
        for name in given:
            if name not in self._members:
                raise ValueError(f"{place}: there is no member {name!r}: {suggestion(str(name), self._members)}")
        kept: dict[str, Any] = {}
        for name, member in self._members.items():
            if name in given:
                kept[member.kept_as or name] = member.form.read(given[name], inside(where, name))
            elif not member.is_optional:
                raise ValueError(f"{place}: the member {name!r} is missing")
            elif not self._keeps_absent:
                kept[member.kept_as or name] = None
        if self._check is not None:
            try:
                self._check(kept)
            except ValueError as error:
                raise ValueError(f"{place}: {error}") from None
        return kept

    def write(self, kept: Any) -> dict[str, Any]:
        """Return the object, without optional members that are None or not there."""
        written = {}
        for name, member in self._members.items():
            value = kept.get(member.kept_as or name) if member.is_optional else kept[member.kept_as or name]
            if value is not None or not member.is_optional:
                written[name] = member.form.write(value)
        return written
