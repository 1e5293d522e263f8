"""How strictly the service behaves: the options of the mock that the service itself must know.

Kept outside the backends, because moto empties those on every reset.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """The defaults are what plain ``moto.mock_aws`` gets."""

    enforce_credentials: bool = True
    verify_references: bool = False


class _Current:
    """The settings in force, in a holder so that all modules see a change."""

    settings = Settings()


current = _Current()
