"""What moto's cognito-identity, STS and CloudFormation leave out, put in while a mock or a server is on.

Plain ``moto.mock_aws`` keeps moto's own methods: what works without this package works with it.
"""

from __future__ import annotations

import functools
import sys
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import wrapt

from . import login, siblings, stacks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

# By module, and method or function.
_COMPLETED: dict[str, dict[str, Callable[..., Any]]] = {
    siblings.IDENTITY_ANSWERS: {
        "get_id": login.get_id,
        "get_credentials_for_identity": login.get_credentials_for_identity,
        "get_open_id_token": login.get_open_id_token,
        "get_open_id_token_for_developer_identity": login.get_open_id_token_for_developer_identity,
        "set_identity_pool_roles": login.set_identity_pool_roles,
        "get_identity_pool_roles": login.get_identity_pool_roles,
    },
    siblings.STS_ANSWERS: {"assume_role_with_web_identity": login.assume_role_with_web_identity},
    siblings.STS_BACKEND: {"assume_role_with_web_identity": login.know_assumed_role},
    siblings.STACK_PARSING: {
        "resource_class_from_type": stacks.resource_class_from_type,
        "resource_name_property_from_type": stacks.resource_name_property_from_type,
    },
}
_served: ContextVar[bool] = ContextVar("served", default=False)


class Completion:
    """Switched on by the first who needs it, a mock or a server, and off by the last.

    A server completes what its own clients ask for; only a mock completes what this process asks for.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._mocks = 0
        self._servers = 0
        self._hooked = False
        self._undo: list[tuple[Any, str, Any]] = []

    def install(self, *, for_server: bool = False) -> None:
        """Complete moto's classes, those that are not imported yet as soon as they are."""
        if not self._hooked:
            # Outside the lock, for the hooks themselves take it.
            self._hooked = True
            for module in _COMPLETED:
                wrapt.register_post_import_hook(self._complete, module)
        with self._lock:
            self._servers += for_server
            self._mocks += not for_server
            for module in _COMPLETED:
                if module in sys.modules:
                    self._complete(sys.modules[module])

    def remove(self, *, for_server: bool = False) -> None:
        """Put moto's own methods back, unless somebody else needs ours."""
        with self._lock:
            self._servers -= for_server
            self._mocks -= not for_server
            while self._undo and not self._mocks and not self._servers:
                owner, name, original = self._undo.pop()
                if original is None:
                    delattr(owner, name)
                else:
                    setattr(owner, name, original)

    @contextmanager
    def served(self) -> Iterator[None]:
        """Complete what is answered meanwhile, in this thread, mock or no mock."""
        before = _served.set(True)
        try:
            yield
        finally:
            _served.reset(before)

    def _complete(self, module: ModuleType) -> None:
        with self._lock:
            class_name = siblings.COMPLETED_CLASSES[module.__name__]
            # A module that is being imported has not all of its names yet; its hook will come.
            owner: Any = module if class_name is None else getattr(module, class_name, None)
            names = _COMPLETED[module.__name__]
            partly = class_name is None and not all(hasattr(module, name) for name in names)
            idle = not self._mocks and not self._servers
            if idle or partly or owner is None or any(owner is done for done, _, _ in self._undo):
                return
            for name, complete in names.items():
                original = vars(owner).get(name)
                self._undo.append((owner, name, original))
                setattr(owner, name, self._method(name, original, complete))

    def _method(self, name: str, original: Any, complete: Callable[..., Any]) -> Callable[..., Any]:
        # A plain function, because moto looks for those to tell which operations there are.
        def method(asked: Any, **parameters: Any) -> Any:
            if self._mocks or _served.get():
                return complete(asked, original and functools.partial(original, asked), **parameters)
            if original is None:
                # What moto says itself of operations that it lacks.
                raise NotImplementedError(f"The {name} action has not been implemented")
            return original(asked, **parameters)

        return method


completion = Completion()
