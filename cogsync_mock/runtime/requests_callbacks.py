"""moto's callbacks for the ``requests`` library: made by moto once, and put back at each start of a mock of ours.

moto adds one callback for each of its services and HTTP methods, some 1,300, whenever a mock starts, and throws them
away when it stops, although most tests never send anything by ``requests``. Here the first start keeps what moto
added, and the later ones hand the same to a registry that unpacks it when somebody looks into it. What is in the
registry is then the same as under plain moto, in the same order.

Every undocumented name that is used here:

moto
    ``moto.core.models.MockAWS``         ``._enable_patching(reset)``, on our own instance only
    ``moto.core.models.responses_mock``  ``._registry``, a ``CustomRegistry`` with lists in ``._registered``
    ``moto.core.models``                 ``RESPONSES_METHODS``, ``botocore_stubber``: what moto goes through
    ``moto.backend_index``               ``backend_url_patterns``

A moto where they are not as they were goes its own way.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import Any

_logger = logging.getLogger("cogsync_mock")


class RequestsCallbacks:
    """Keeps the callbacks between mocks."""

    def __init__(self) -> None:
        #: What moto made them from, and what it made, by HTTP method.
        self._source: tuple[Any, ...] = ()
        self._made: dict[str, list[Any]] = {}
        self._fits: bool | None = None

    def serve(self, moto: Any) -> None:
        """Make this mock of moto's put the callbacks back when it starts, instead of making them anew."""
        if self._fits is None:
            self._fits = _fits()
            if not self._fits:
                _logger.warning(
                    "cogsync_mock does not know how this moto answers the requests library: mocks start more slowly"
                )
        is_in_process: bool = type(moto) is _mock_class()
        if self._fits and is_in_process:
            moto._enable_patching = lambda reset=True: self._enable(moto, reset=reset)

    def _enable(self, moto: Any, *, reset: bool) -> None:
        """Do what moto's method does. It holds moto's lock, so that no other mock is starting meanwhile."""
        from moto.core import models

        source = _source()
        if self._source != source:
            models.MockAWS._enable_patching(moto, reset=reset)
            registry: Any = models.responses_mock._registry
            self._made = {method: [*made] for method, made in registry._registered.items()}
            _bind_late(self._made)
            self._source = source
            return
        methods = models.RESPONSES_METHODS
        models.RESPONSES_METHODS = []
        try:
            models.MockAWS._enable_patching(moto, reset=reset)
        finally:
            models.RESPONSES_METHODS = methods
        models.responses_mock._registry = _registry_class()(self._made)


def _fits() -> bool:
    try:
        from moto.backend_index import backend_url_patterns
        from moto.core import models
        from moto.core.responses_custom_registry import CustomRegistry

        registry = CustomRegistry()
        return (
            callable(models.MockAWS._enable_patching)
            and isinstance(models.RESPONSES_METHODS, list)
            and isinstance(backend_url_patterns, list)
            and isinstance(models.responses_mock._registry, CustomRegistry)
            and vars(registry) == {"_registered": {}}
        )
    except (ImportError, AttributeError):
        return False


def _mock_class() -> type:
    """Return the class of mocks in this process; moto has others for a server or proxy elsewhere."""
    from moto.core.models import MockAWS

    return MockAWS


def _source() -> tuple[Any, ...]:
    from moto.backend_index import backend_url_patterns
    from moto.core import models

    return (models.responses_mock, [*models.RESPONSES_METHODS], [*backend_url_patterns])


def _bind_late(made: dict[str, list[Any]]) -> None:
    """Let callbacks ask for what answers requests when one comes: before 5.2.4 moto asks when a mock starts."""
    from moto.core import models

    answers = models.botocore_stubber.process_request
    for callbacks in made.values():
        for callback in callbacks:
            if callback.callback == answers:
                callback.callback = _process_request


def _process_request(request: Any) -> Any:
    from moto.core.models import botocore_stubber

    return botocore_stubber.process_request(request)


class _Cell:
    registry: Any = None


def _registry_class() -> Any:
    """Return the class of registries that are unpacked when looked into; moto's is imported with the first mock."""
    if _Cell.registry is None:
        from moto.core.responses_custom_registry import CustomRegistry

        class KeptCallbacks(CustomRegistry):
            def __init__(self, made: dict[str, list[Any]]) -> None:
                self._made = made

            def __getattr__(self, name: str) -> Any:
                if name != "_registered":
                    raise AttributeError(name)
                registered = defaultdict(list, {method: [*map(_unused, made)] for method, made in self._made.items()})
                return self.__dict__.setdefault("_registered", registered)

        _Cell.registry = KeptCallbacks
    return _Cell.registry


def _unused(callback: Any) -> Any:
    """Return a callback that remembers no request of an earlier mock."""
    if not callback.call_count:
        return callback
    return type(callback)(method=callback.method, url=callback.url, callback=callback.callback)


requests_callbacks = RequestsCallbacks()
