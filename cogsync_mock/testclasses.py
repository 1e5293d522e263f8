"""Test classes under the mock: it is on from before the setup until after the teardown of each test.

Data made in a class-wide setup lives as long as the class; otherwise every test starts empty.
"""

from __future__ import annotations

import functools
import inspect
import unittest
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .decorator import MockCognitoSync

    Wrap = Callable[[Any], Any]


def decorate_class(cls: type, mock: MockCognitoSync, wrap: Wrap) -> type:
    """Put a test class under the mock, in place, subclasses included.

    Args:
        cls: a ``unittest.TestCase`` or a plain test class as pytest collects it.
        mock: what to start and stop around setups that have no single body.
        wrap: decorates one callable.
    """
    if issubclass(cls, unittest.TestCase):
        # `run` spans setUp, the test, tearDown and all cleanups, and subclasses inherit it.
        cls.run = wrap(cls.run)  # type: ignore[method-assign]  # this is what decorating means
        cls.debug = wrap(cls.debug)  # type: ignore[method-assign]
        cover = functools.partial(_cover_test_case, mock=mock)
        cover(cls, dir(cls))
    else:
        cover = functools.partial(_cover_plain, mock=mock, wrap=wrap)
        cover(cls, {*dir(cls), "setup_method"})
    _follow_subclasses(cls, cover)
    return cls


def _follow_subclasses(cls: Any, cover: Callable[[Any, Iterable[str]], None]) -> None:
    """Cover what subclasses add, too: a test of theirs must not reach the network."""
    own = vars(cls).get("__init_subclass__")

    def init_subclass(subclass: Any, **kwargs: Any) -> None:
        if own is None:
            # By search, not by `cls`: a dataclass with slots is a new class that took this method over.
            owner = next(base for base in subclass.__mro__[1:] if vars(base).get("__init_subclass__") is hook)
            super(owner, subclass).__init_subclass__(**kwargs)
        else:
            own.__func__(subclass, **kwargs)
        cover(subclass, list(vars(subclass)))

    plain: Any = init_subclass
    hook = cls.__init_subclass__ = classmethod(plain)


def _cover_test_case(cls: Any, names: Iterable[str], *, mock: MockCognitoSync) -> None:
    setup = inspect.getattr_static(cls, "setUpClass")
    if "setUpClass" not in names or setup is inspect.getattr_static(unittest.TestCase, "setUpClass"):
        return

    @functools.wraps(setup.__func__)
    def set_up_inside(test_class: Any) -> None:
        mock.start()
        # Class cleanups run after tearDownClass, and also when setUpClass fails.
        test_class.addClassCleanup(mock.stop)
        setup.__func__(test_class)

    cls.setUpClass = classmethod(set_up_inside)


def _cover_plain(cls: Any, names: Iterable[str], *, mock: MockCognitoSync, wrap: Wrap) -> None:
    for name in list(names):
        member = inspect.getattr_static(cls, name, None)
        if name.startswith("Test") and isinstance(member, type):
            if name in vars(cls):
                decorate_class(member, mock, wrap)
        elif name.startswith("test") and (callable(member) or isinstance(member, (classmethod, staticmethod))):
            setattr(cls, name, wrap(member))
    for setup, teardown in (("setup_method", "teardown_method"), ("setup_class", "teardown_class")):
        if setup in names or teardown in names:
            _span(cls, mock, setup, teardown)


def _span(cls: Any, mock: MockCognitoSync, setup_name: str, teardown_name: str) -> None:
    """Start the mock before a setup and stop it after the matching teardown, whether the class has them or not.

    pytest runs these two before and after the fixtures of the class, which are inside the mock thereby.
    """
    setup = inspect.getattr_static(cls, setup_name, None)
    teardown = inspect.getattr_static(cls, teardown_name, None)
    # A subclass that overrides one without calling the other must not stop what was never started.
    mark = f"_cogsync_mock_{setup_name}"

    # The default makes pytest pass the test method, which the wrapped one may or may not take.
    def setup_inside(owner: Any, argument: Any = None) -> None:
        mock.start()
        setattr(owner, mark, getattr(owner, mark, 0) + 1)
        try:
            _call(setup, owner, argument)
        except BaseException:
            stop(owner)
            raise

    def teardown_inside(owner: Any, argument: Any = None) -> None:
        try:
            _call(teardown, owner, argument)
        finally:
            stop(owner)

    def stop(owner: Any) -> None:
        if started := getattr(owner, mark, 0):
            setattr(owner, mark, started - 1)
            mock.stop()

    kind: Any = classmethod if setup_name.endswith("_class") else lambda function: function
    setattr(cls, setup_name, kind(setup_inside))
    setattr(cls, teardown_name, kind(teardown_inside))


def _call(function: Any, owner: Any, argument: Any) -> None:
    """Call a setup or teardown as pytest does: bound to its owner, with the argument only if it takes one."""
    if function is None:
        return
    if isinstance(function, FunctionType):
        bound: Any = MethodType(function, owner)
    else:
        bound = function.__get__(None, owner) if isinstance(owner, type) else function.__get__(owner)
    takes_one = any(p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD) for p in inspect.signature(bound).parameters.values())
    bound(*[argument] * takes_one)
