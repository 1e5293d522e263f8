"""Puts what moto leaves out into its classes and modules, while a mock or a server is on.

Plain ``moto.mock_aws`` keeps moto's own methods: what works without this package works with it.
"""

from __future__ import annotations

import functools
import sys
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

import wrapt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import ModuleType


class Patch(NamedTuple):
    """What replaces methods of a class, or functions of a module.

    Attributes:
        module: where they live, imported or not.
        class_name: the class that has the methods, None for functions of the module.
        replacements: by name. Each takes what the original takes, but after ``self`` (if it is a method) the original,
            bound to its object; None if moto has no such method.
        former_name: what the class is called in older versions of moto, if it was called otherwise.
    """

    module: str
    class_name: str | None
    replacements: Mapping[str, Callable[..., Any]]
    former_name: str | None = None


_serving: ContextVar[bool] = ContextVar("serving", default=False)


class MotoPatches:
    """Switched on by the first who needs them, a mock or a server, and off by the last.

    A server patches what its own clients ask for; only a mock patches what this process asks for.
    """

    def __init__(self, patches: Sequence[Patch]) -> None:
        self._lock = threading.RLock()
        self._patches = {patch.module: patch for patch in patches}
        self._mocks = 0
        self._servers = 0
        self._hooked = False
        self._undo: list[tuple[Any, str, Any]] = []

    def install(self, *, for_server: bool = False) -> None:
        """Patch moto's modules, those that are not imported yet as soon as they are."""
        if not self._hooked:
            # Outside the lock, for the hooks themselves take it.
            self._hooked = True
            for module in self._patches:
                wrapt.register_post_import_hook(self._apply, module)
        with self._lock:
            self._servers += for_server
            self._mocks += not for_server
            for module in self._patches:
                if module in sys.modules:
                    self._apply(sys.modules[module])

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
    def serving(self) -> Iterator[None]:
        """Use the patches for what is answered meanwhile, in this thread, mock or no mock."""
        token = _serving.set(True)
        try:
            yield
        finally:
            _serving.reset(token)

    def _apply(self, module: ModuleType) -> None:
        patch = self._patches[module.__name__]
        with self._lock:
            # A module that is being imported has not all of its names yet; its hook will come.
            owner: Any = module
            if patch.class_name is not None:
                former = getattr(module, patch.former_name, None) if patch.former_name else None
                owner = getattr(module, patch.class_name, former)
            partly = patch.class_name is None and not all(hasattr(module, name) for name in patch.replacements)
            idle = not self._mocks and not self._servers
            if idle or partly or owner is None or any(owner is done for done, _, _ in self._undo):
                return
            for name, replacement in patch.replacements.items():
                original = vars(owner).get(name)
                self._undo.append((owner, name, original))
                patched = self._function if patch.class_name is None else self._method
                setattr(owner, name, patched(name, original, replacement))

    # Plain functions, because moto looks for those to tell which operations there are.

    def _method(self, name: str, original: Any, replacement: Callable[..., Any]) -> Callable[..., Any]:
        def method(owner: Any, *args: Any, **kwargs: Any) -> Any:
            if self._is_wanted():
                return replacement(owner, original and functools.partial(original, owner), *args, **kwargs)
            if original is None:
                # What moto says itself of operations that it lacks.
                raise NotImplementedError(f"The {name} action has not been implemented")
            return original(owner, *args, **kwargs)

        return method

    def _function(self, _name: str, original: Any, replacement: Callable[..., Any]) -> Callable[..., Any]:
        def function(*args: Any, **kwargs: Any) -> Any:
            if self._is_wanted():
                return replacement(original, *args, **kwargs)
            return original(*args, **kwargs)

        return function

    def _is_wanted(self) -> bool:
        return bool(self._mocks) or _serving.get()
