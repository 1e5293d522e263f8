"""How strictly the services behave: the options of the mock that they themselves must know.

Kept outside the backends, because moto empties those on every reset.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Settings:
    """The defaults are what plain ``moto.mock_aws`` gets."""

    enforce_credentials: bool = True
    verify_references: bool = False
    enforce_roles: bool = False


_of_request: ContextVar[Settings | None] = ContextVar("settings", default=None)


class _Current:
    """The settings in force, in a holder so that all modules see a change."""

    def __init__(self) -> None:
        self._of_process = Settings()

    @property
    def settings(self) -> Settings:
        """Those of the request that is being answered, else those of the process."""
        return _of_request.get() or self._of_process

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._of_process = settings

    @contextmanager
    def of_request(self, settings: Settings | None) -> Iterator[None]:
        """Apply a server's own settings to what is answered meanwhile, in this thread."""
        before = _of_request.set(settings)
        try:
            yield
        finally:
            _of_request.reset(before)


current = _Current()
