"""Attributes of other people's classes and modules, replaced while a mock is on."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Replacement:
    """One function of a class, module or object, replaced between `install` and `remove`.

    Whoever wraps the attribute again meanwhile keeps his wrapper: then ours stays below it and passes everything on.

    Args:
        owner: the class, module or object.
        name: of the attribute.
        function: what replaces it; it takes the original and then what the original takes, ``self`` included.
    """

    def __init__(self, owner: Any, name: str, function: Callable[..., Any]) -> None:
        self._owner = owner
        self._name = name
        self._function = function
        self._installed: Any = None
        self._original: Any = None
        self._was_own = False
        self._switch = [False]

    def install(self) -> None:
        """Put the function in place."""
        # As it lies there: read through the owner, a method would be bound and a static one a function.
        own = vars(self._owner)
        self._was_own = self._name in own
        self._original = own[self._name] if self._was_own else getattr(self._owner, self._name)
        switch = self._switch = [True]
        original, function = self._original, self._function

        @functools.wraps(original)
        def replacement(*args: Any, **kwargs: Any) -> Any:
            return function(original, *args, **kwargs) if switch[0] else original(*args, **kwargs)

        self._installed = replacement
        setattr(self._owner, self._name, replacement)

    def remove(self) -> None:
        """Put back the very function that was there."""
        self._switch[0] = False
        if vars(self._owner).get(self._name) is not self._installed:
            return
        if self._was_own:
            setattr(self._owner, self._name, self._original)
        else:
            delattr(self._owner, self._name)
