"""moto's own mock, started below ours; and moto's mocks that others start and stop meanwhile, in any order.

moto counts its mocks, and the one that happens to end last undoes what only the first one knows. While a mock of ours
is among them, what each has replaced (environment, default session, configuration) is kept apart and put back.

Uses ``moto.core.models.MockAWS`` (``_nested_count``, ``_orig_creds``, ``_fake_creds``, ``_mock_env_variables``,
``_unmock_env_variables``, ``_default_session_mock``, ``_user_config_mock``).
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import boto3

from . import moto_seam
from .replacements import Replacement
from .requests_callbacks import requests_callbacks

if TYPE_CHECKING:
    from collections.abc import Callable

    from .environment import HiddenEnvironment


class MotoMocks:
    """Keeps moto on between `install` and `remove`."""

    def __init__(self, environment: HiddenEnvironment) -> None:
        self._environment = environment
        self._own: Any = None
        self._is_first = False
        self._session: Any = None
        self._config: dict[str, Any] = {}
        # Those of others that have ended, and what they replaced is still replaced.
        self._ended: list[Any] = []
        self._replacements: list[Replacement] = []

    def install(self) -> None:
        """Start moto, which begins empty unless another mock of moto's is on already."""
        from moto.core.models import MockAWS

        config = moto_seam.moto_config()
        if not self._replacements:
            self._is_first = MockAWS._nested_count == 0
            self._session, self._config = boto3.DEFAULT_SESSION, copy.copy(config)
        core = {**config.get("core", {}), "mock_credentials": False, "reset_boto3_session": False}
        self._own = moto_seam.new_mock({**config, "core": core})
        requests_callbacks.serve(self._own)
        self._own.start()
        if config.get("core", {}).get("reset_boto3_session", True) is not False:
            boto3.DEFAULT_SESSION = None
        if not self._replacements:
            self._replacements = [
                Replacement(MockAWS, "_mock_env_variables", self._mock_env_variables),
                Replacement(MockAWS, "_unmock_env_variables", self._unmock_env_variables),
                Replacement(MockAWS, "stop", self._stop_others),
            ]
            for replacement in self._replacements:
                replacement.install()

    def remove(self) -> None:
        """Stop moto; if others keep it on, what was here before comes back when the last one ends."""
        own, self._own = self._own, None
        own.stop()
        self._ended.append(own)
        self._settle()

    def _settle(self) -> None:
        from moto.core.models import MockAWS

        if self._own is not None or MockAWS._nested_count:
            return
        for replacement in reversed(self._replacements):
            replacement.remove()
        self._replacements = []
        for ended in reversed(self._ended):
            ended._user_config_mock.stop()
            ended._default_session_mock.stop()
        self._ended = []
        if self._is_first:
            moto_seam.replace_config(self._config)
            boto3.DEFAULT_SESSION = self._session

    # ------------------------------------------------------ what replaces moto's

    def _mock_env_variables(self, original: Callable[[Any], None], mock: Any) -> None:
        if self._own is None:
            original(mock)
        elif mock is not self._own:
            outside = self._environment.outside
            for name, value in mock._fake_creds.items():
                mock._orig_creds[name] = outside.get(name)
                outside[name] = value

    def _unmock_env_variables(self, original: Callable[[Any], None], mock: Any) -> None:
        if self._own is None:
            original(mock)
        elif mock is not self._own:
            for name, value in mock._orig_creds.items():
                if value:
                    self._environment.outside[name] = value
                else:
                    self._environment.outside.pop(name, None)

    def _stop_others(self, original: Callable[..., None], mock: Any, *args: Any, **kwargs: Any) -> None:
        original(mock, *args, **kwargs)
        if mock is not self._own:
            self._ended.append(mock)
            self._settle()
