"""What is on while at least one mock is: moto, the guard, the shortcut, the hidden environment."""

from __future__ import annotations

import copy
import re
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from cogsync_mock.aws import calls
from cogsync_mock.cognitoidentity.patches import patches
from cogsync_mock.cognitosync.effects.lambda_runner import functions
from cogsync_mock.cognitosync.settings import Settings, current

from . import moto_seam
from .environment import HiddenEnvironment
from .moto_dispatch import moto_dispatch
from .network_guard import Guard
from .requests_callbacks import requests_callbacks
from .session_cache import session_cache
from .shortcut import Shortcut

if TYPE_CHECKING:
    from cogsync_mock.options import Options


class _Activation:
    """Switched on by the first mock of a process, off by the last.

    Mocks may nest and overlap in any order, also across threads. The options of the one started last
    are in force; when the last one stops, everything is exactly as it was.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._active: list[Options] = []
        self._guard = Guard()
        self._shortcut = Shortcut(self._guard)
        self._environment = HiddenEnvironment()
        self._config: dict[str, Any] = {}
        self._undo = ExitStack()

    def add(self, options: Options) -> None:
        """Put a mock's options in force, on top of those of other mocks."""
        with self._lock:
            if not self._active:
                self._switch_on(options)
            self._active.append(options)
            self._apply()

    def remove(self, options: Options) -> None:
        """Take a mock's options away, wherever they lie."""
        with self._lock:
            # By identity and from the end: the same mock may have been started twice.
            index = next(i for i in reversed(range(len(self._active))) if self._active[i] is options)
            del self._active[index]
            if self._active:
                self._apply()
            else:
                self._undo.close()

    def _switch_on(self, options: Options) -> None:
        """Switch on in this order; `_undo` holds the way back."""
        moto_seam.check()
        from moto import mock_aws

        config = moto_seam.moto_config()
        self._config = copy.copy(config)
        config_given: Any = options.config  # moto types its keys, and checks none
        moto = mock_aws(config=config_given)
        with ExitStack() as undo:
            undo.callback(setattr, current, "settings", current.settings)
            undo.callback(setattr, calls.current, "log", calls.current.log)
            calls.current.log = calls.CallLog()
            self._environment.hide(credentials=_mocks_credentials({**config, **(options.config or {})}))
            undo.callback(self._environment.show)
            undo.callback(_replace, config, self._config)
            requests_callbacks.serve(moto)
            moto.start()
            undo.callback(moto.stop)
            patches.install()
            undo.callback(patches.remove)
            session_cache.install()
            undo.callback(session_cache.remove)
            moto_dispatch.install()
            undo.callback(moto_dispatch.remove)
            self._guard.install()
            undo.callback(self._guard.remove)
            self._shortcut.install()
            undo.callback(self._shortcut.remove)
            undo.callback(functions.end_all)
            self._undo = undo.pop_all()

    def _apply(self) -> None:
        """Put the options of the mock started last in force."""
        options = self._active[-1]
        current.settings = Settings(options.enforce_credentials, options.verify_references)
        self._environment.default_region(options.region_name, is_given=options.region_is_given)
        _replace(moto_seam.moto_config(), _with_passthrough({**self._config, **(options.config or {})}, options))


def _mocks_credentials(config: dict[str, Any]) -> bool:
    return config.get("core", {}).get("mock_credentials", True) is not False


def _replace(config: dict[str, Any], new: dict[str, Any]) -> None:
    if config != new:
        config.clear()
        config.update(new)


def _with_passthrough(config: dict[str, Any], options: Options) -> dict[str, Any]:
    """Tell moto of the hosts that may be reached, which the guard reads there, and what it shall not look at."""
    core = dict(config.get("core", {}))
    passthrough = dict(core.get("passthrough", {}))
    hosts = [_host_pattern(host) for host in options.passthrough]
    passthrough["urls"] = [
        moto_seam.ANSWERED,
        *passthrough.get("urls", []),
        *(rf"https?://{host}(?::\d+)?(?:[/?#]|$)" for host in hosts),
    ]
    return {**config, "core": {**core, "passthrough": passthrough}}


def _host_pattern(host: str) -> str:
    """Translate a pattern of hosts to a regular expression that cannot run on into the path."""
    wild = {"*": r"[^/?#@]*", "?": r"[^/?#@]"}
    return "(?i:" + "".join(wild.get(character) or re.escape(character) for character in host) + ")"


activation = _Activation()
