"""What is on while at least one mock is: moto, the seam, the guard, hidden environment and credentials, the log."""

from __future__ import annotations

import re
import signal
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from cogsync_mock.aws import calls
from cogsync_mock.aws.exchange import add_identity_lookup
from cogsync_mock.cognitoidentity.models import caller_of
from cogsync_mock.cognitoidentity.patches import patches
from cogsync_mock.cognitosync.settings import Settings, current

from . import api_calls, credentials, in_process, moto_seam, retry_delays, routing
from .credentials import MockedCredentials
from .environment import HiddenEnvironment
from .moto_dispatch import moto_dispatch
from .moto_mocks import MotoMocks
from .network_guard import NetworkGuard
from .retry_delays import RetryDelays
from .session_cache import session_cache

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cogsync_mock.options import Options

_DEFERRED = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGALRM", "SIGHUP", "SIGUSR1") if hasattr(signal, name)
]


class _Activation:
    """Switched on by the first mock of a process, off by the last.

    Mocks may nest and overlap in any order, also across threads. The options of the one started last
    are in force; when the last one stops, everything is exactly as it was.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._active: list[Options] = []
        self._environment = HiddenEnvironment()
        self._moto = MotoMocks(self._environment)
        self._guard = NetworkGuard()
        self._config: dict[str, Any] = {}
        self._undo = ExitStack()

    def add(self, options: Options) -> None:
        """Put a mock's options in force, on top of those of other mocks; if anything fails, nothing has changed."""
        with self._lock:
            before = len(self._active)
            try:
                with _signals_deferred():
                    if not self._active:
                        self._switch_on()
                    self._active.append(options)
                    self._apply()
            except BaseException:
                # Whatever happened, a signal included: nobody has got a mock to switch off again.
                if len(self._active) > before:
                    self.remove(options)
                raise

    def remove(self, options: Options) -> None:
        """Take a mock's options away, wherever they lie."""
        with self._lock, _signals_deferred():
            # By identity and from the end: the same mock may have been started twice.
            index = next(i for i in reversed(range(len(self._active))) if self._active[i] is options)
            del self._active[index]
            if self._active:
                self._apply()
            else:
                self._undo.close()

    def _switch_on(self) -> None:
        """Switch on in this order; `_undo` holds the way back."""
        moto_seam.check()
        add_identity_lookup(_identity_of)
        self._config = dict(moto_seam.moto_config())
        with ExitStack() as undo:
            undo.callback(setattr, current, "settings", current.settings)
            undo.callback(setattr, calls.active, "log", calls.active.log)
            calls.active.log = calls.CallLog()
            undo.callback(self._environment.show)
            self._environment.hide()
            undo.callback(session_cache.remove)
            session_cache.install()
            # Before moto, whose older versions remember at their start what answers the `requests` library.
            for part in (MockedCredentials(), RetryDelays(), api_calls.replacement(), in_process.replacement()):
                undo.callback(part.remove)
                part.install()
            self._moto.install()
            undo.callback(self._moto.remove)
            undo.callback(moto_seam.replace_config, self._config)
            undo.callback(patches.remove)
            patches.install()
            undo.callback(moto_dispatch.remove)
            moto_dispatch.install()
            undo.callback(self._guard.remove)
            self._guard.install()
            self._undo = undo.pop_all()

    def _apply(self) -> None:
        """Put the options of the mock started last in force."""
        options = self._active[-1]
        config = {**self._config, **(options.config or {})}
        mocked = config.get("core", {}).get("mock_credentials", True) is not False
        current.settings = Settings(
            options.enforce_credentials, options.verify_references, enforce_roles=options.enforce_roles
        )
        routing.passthrough.hosts = tuple(options.passthrough)
        retry_delays.switch.waits = options.retry_delays
        credentials.switch.mocks = mocked
        self._environment.mock_credentials(mocked=mocked)
        self._environment.default_region(options.region_name)
        moto_seam.replace_config(_with_passthrough(config, options))


@contextmanager
def _signals_deferred() -> Iterator[None]:
    """Let signals wait until something is whole: a handler that raises must leave a mock on or off, not half."""
    if threading.current_thread() is not threading.main_thread():
        # Python runs handlers in the main thread only.
        yield
        return
    arrived: list[tuple[int, Any]] = []
    handlers: dict[int, Any] = {}
    try:
        for number in _DEFERRED:
            handler = signal.getsignal(number)
            if callable(handler):
                handlers[number] = handler
                signal.signal(number, lambda number, frame: arrived.append((number, frame)))
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number, frame in arrived:
            handlers[number](number, frame)


def _identity_of(access_key: str) -> str | None:
    return caller_of(access_key).identity_id


def _with_passthrough(config: dict[str, Any], options: Options) -> dict[str, Any]:
    """Tell moto of the hosts that may be reached, for requests of the ``requests`` library, which it looks at alone."""
    if not options.passthrough:
        return config
    core = dict(config.get("core", {}))
    passthrough = dict(core.get("passthrough", {}))
    hosts = [_host_pattern(host) for host in options.passthrough]
    passthrough["urls"] = [*passthrough.get("urls", []), *(rf"https?://{host}(?::\d+)?(?:[/?#]|$)" for host in hosts)]
    return {**config, "core": {**core, "passthrough": passthrough}}


def _host_pattern(host: str) -> str:
    """Translate a pattern of hosts to a regular expression that cannot run on into the path."""
    wild = {"*": r"[^/?#@]*", "?": r"[^/?#@]"}
    return "(?i:" + "".join(wild.get(character) or re.escape(character) for character in host) + ")"


activation = _Activation()
