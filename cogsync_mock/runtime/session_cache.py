"""Sessions and clients share what they only read while a mock is on: the switch, and the check that it still fits.

moto throws boto3's default session away whenever a mock starts, and each new session reads and parses the same files
again, which is most of what a test costs. Between `SessionCache.install` and `SessionCache.remove` they are read once a
process. Events, credentials, configuration, regions and search paths stay each session's and client's own.

``COGSYNC_MOCK_SHARE=0`` in the environment switches it off.
"""

from __future__ import annotations

import inspect
import logging
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from .shared_loader import Switch

if TYPE_CHECKING:
    from .botocore_sharing import Replacement

_VARIABLE = "COGSYNC_MOCK_SHARE"
_OFF = frozenset({"0", "false", "no", "off"})
_logger = logging.getLogger("cogsync_mock")


class _Replaced(NamedTuple):
    owner: Any
    name: str
    original: Any
    ours: Any


class SessionCache:
    """Puts the replacements into botocore and takes them out again.

    Args:
        replacements: what to put in, all there are if None.
    """

    def __init__(self, replacements: tuple[Replacement, ...] | None = None) -> None:
        self._replacements = replacements
        self._checked: list[_Replaced] | None = None

    def install(self) -> None:
        """Switch sharing on, unless the environment says no, or this botocore is not the one that is known here."""
        if os.environ.get(_VARIABLE, "").lower() in _OFF:
            return
        if self._checked is None:
            self._checked = self._check()
        for owner, name, original, ours in self._checked:
            # What somebody else has put there stays.
            if vars(owner).get(name) is original:
                setattr(owner, name, ours)
        Switch.is_on = bool(self._checked)

    def remove(self) -> None:
        """Switch sharing off and put back what was there."""
        Switch.is_on = False
        for owner, name, original, ours in self._checked or ():
            # Who has wrapped ours meanwhile keeps it; switched off, it does what the original does.
            if vars(owner).get(name) is ours:
                setattr(owner, name, original)

    def _check(self) -> list[_Replaced]:
        """Make the replacements; none of them if botocore has changed: half of it might not fit the other half."""
        try:
            from . import botocore_sharing

            wanted = botocore_sharing.REPLACEMENTS if self._replacements is None else self._replacements
            made = [self._made(replacement) for replacement in wanted]
            botocore_sharing.probe()
        except (AttributeError, ImportError, LookupError, TypeError, ValueError) as error:
            import botocore

            _logger.warning(
                "cogsync_mock cannot share the sessions' data with botocore %s, so tests run more slowly: %s. "
                "A newer cogsync_mock may know this botocore; %s=0 switches this off.",
                botocore.__version__,
                error,
                _VARIABLE,
            )
            return []
        return [replaced for replaced in made if replaced is not None]

    @staticmethod
    def _made(replacement: Replacement) -> _Replaced | None:
        """Make one replacement, or none if somebody else was there first.

        Raises:
            LookupError: if botocore has no such name.
            TypeError: if its parameters are others.
        """
        owner, name = replacement.owner, replacement.name
        original = vars(owner)[name]
        if hasattr(original, "__wrapped__") or not str(getattr(original, "__module__", "")).startswith("botocore."):
            return None
        parameters = tuple(inspect.signature(original).parameters)
        if parameters not in replacement.parameters:
            raise TypeError(f"{name} takes {', '.join(parameters)}")
        return _Replaced(owner, name, original, replacement.make(original))


session_cache = SessionCache()
