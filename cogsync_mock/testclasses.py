"""Test classes under the mock: it is on from before the setup until after the teardown of each test.

Data made in a class-wide setup lives as long as the class; otherwise every test starts empty. What pytest makes before
any test of a class begins (fixtures of class scope and wider) is outside, as it is outside of a decorated function.

Three things are needed, because nobody but the runner knows what it will take for a test:

- ``unittest`` runs a test by its method ``run``, and whoever calls a test function calls that: both are wrapped.
- pytest chooses classes and functions by names that a project may change, in classes inside the class, too. So the
  class gets an autouse fixture, which holds for everything that pytest collects below it. (Not a ``setup_method``:
  pytest 8 and 9 call the outer class's on instances of the inner one, which then need one, and get theirs run twice.)
- Setups of its own that a class has are wrapped, because pytest and ``unittest`` call those before any fixture.
"""

from __future__ import annotations

import functools
import inspect
import sys
import unittest
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Wrap = Callable[[Any], Any]

    class Mock(Protocol):
        """What is switched on around setups that have no single body."""

        def start(self) -> object:
            """Switch it on."""

        def stop(self) -> None:
            """Switch off what was started last."""


_FIXTURE = "_cogsync_mock_fixture"
_MOCKS = "_cogsync_mocks"
_SETUPS = (("setup_method", "teardown_method"), ("setup_class", "teardown_class"))


def decorate_class(cls: type, mock: Mock, wrap: Wrap) -> type:
    """Put a test class under the mock, in place, subclasses and the classes inside it included.

    Args:
        cls: a ``unittest.TestCase`` or a plain test class as pytest collects it.
        mock: what to start and stop around setups that have no single body.
        wrap: decorates one callable.
    """
    if issubclass(cls, unittest.TestCase):
        # `run` spans setUp, the test, tearDown and all cleanups, and subclasses inherit it.
        cls.run = _run_inside(cls.run, mock)  # type: ignore[method-assign]  # this is what decorating means
        cls.debug = wrap(cls.debug)  # type: ignore[method-assign]
    _add_fixture(cls, mock)
    cover = functools.partial(_cover, mock=mock, wrap=wrap)
    cover(cls, dir(cls))
    _follow_subclasses(cls, cover)
    return cls


def _add_fixture(cls: Any, mock: Mock) -> None:
    """Make pytest, if it is what runs here, switch the mock on before the other fixtures of the class."""
    pytest = sys.modules.get("pytest")
    if pytest is None or not hasattr(pytest, "fixture"):
        return
    # A class that is decorated itself and stands in a decorated one gets both mocks, the outer one first, so that the
    # options of its own are in force.
    mocks = (mock, *getattr(cls, _MOCKS, ()))

    def inside(_owner: Any) -> Iterator[None]:
        for each in mocks:
            each.start()
        yield
        for each in reversed(mocks):
            each.stop()

    setattr(cls, _MOCKS, mocks)
    # The name is the class's own: fixtures of one name hide each other.
    setattr(cls, _FIXTURE, pytest.fixture(autouse=True, name=f"{_FIXTURE}_{cls.__qualname__}")(inside))


def _run_inside(run: Callable[..., Any], mock: Mock) -> Any:
    """Wrap `TestCase.run`, which reports failures instead of raising them: so what the mock finds at the end is one."""

    @functools.wraps(run)
    def run_inside(test: Any, *args: Any, **kwargs: Any) -> Any:
        started = mock.start()
        # A base class that is decorated, too, has put its own there.
        others = vars(test).get("doCleanups")
        # What runs last, while unittest still listens.
        test.doCleanups = functools.partial(_clean_up_and_verify, test, test.doCleanups, started)
        try:
            return run(test, *args, **kwargs)
        finally:
            vars(test).pop("doCleanups", None)
            if others is not None:
                test.doCleanups = others
            mock.stop()

    return run_inside


def _clean_up_and_verify(test: Any, clean_up: Callable[[], Any], mock: Any) -> Any:
    result = clean_up()
    outcome = test._outcome  # noqa: SLF001  # unittest tells nowhere else whether a test has passed so far
    # A test that failed or was skipped need not be told of anything else.
    if outcome is not None and outcome.success:
        with outcome.testPartExecutor(test):
            mock.verify()
    return result


def _follow_subclasses(cls: Any, cover: Callable[[Any, Iterable[str]], None]) -> None:
    """Cover what subclasses add, too: a test of theirs must not reach the network."""
    own = vars(cls).get("__init_subclass__")

    def init_subclass(subclass: Any, **kwargs: Any) -> None:
        # By search, not by `cls`: a dataclass with slots is a new class that took this method over.
        owner = next(base for base in subclass.__mro__[1:] if vars(base).get("__init_subclass__") is hook)
        if own is None:
            super(owner, subclass).__init_subclass__(**kwargs)
        else:
            own.__func__(subclass, **kwargs)
        cover(subclass, _names_added(subclass, owner))

    plain: Any = init_subclass
    hook = cls.__init_subclass__ = classmethod(plain)


def _names_added(subclass: type, covered: type) -> list[str]:
    """Return the names that a subclass has from itself or from a class that is not covered, such as a mixin."""
    return [
        name
        for name in dir(subclass)
        if (provider := _provider(subclass, name)) is subclass or not issubclass(provider, covered)
    ]


def _provider(cls: type, name: str) -> type:
    """Return the class in which a name of a class stands; `object` if only its metaclass has it."""
    return next((base for base in cls.__mro__ if name in vars(base)), object)


def _cover(cls: Any, names: Iterable[str], *, mock: Mock, wrap: Wrap) -> None:
    names = set(names)
    is_test_case = issubclass(cls, unittest.TestCase)
    for name in names:
        member = inspect.getattr_static(cls, name, None)
        # Not `isinstance`: before Python 3.11 `list[int]` claims to be a class.
        if issubclass(type(member), type):
            _cover_inner(cls, name, member, mock, wrap)
        elif is_test_case:
            continue  # `run` is wrapped
        elif name.startswith("test") and (callable(member) or isinstance(member, (classmethod, staticmethod))):
            setattr(cls, name, wrap(member))
    for setup, teardown in _SETUPS:
        if setup in names or teardown in names:
            _span(cls, mock, setup, teardown)
    if is_test_case and "setUpClass" in names:
        _span_set_up_class(cls, mock)


def _cover_inner(cls: type, name: str, member: type, mock: Mock, wrap: Wrap) -> None:
    """Cover a class inside a class: any that a runner may take for a test class, whatever its name.

    One that is written there is covered in place. Of one that is inherited or comes from elsewhere a subclass is
    covered and takes its place, since others use it, too.
    """
    if name.startswith("__") or not _may_hold_tests(member) or issubclass(cls, member):
        return
    provider = _provider(cls, name)
    if member.__qualname__ != f"{provider.__qualname__}.{name}":
        # From elsewhere, so perhaps no test class at all but what is tested; pytest takes these by default.
        if issubclass(cls, unittest.TestCase) or not (name.startswith("Test") or issubclass(member, unittest.TestCase)):
            return
    elif provider is cls:
        decorate_class(member, mock, wrap)
        return
    place = {"__module__": cls.__module__, "__qualname__": f"{cls.__qualname__}.{name}", "__doc__": member.__doc__}
    setattr(cls, name, decorate_class(type(member)(member.__name__, (member,), place), mock, wrap))


def _may_hold_tests(cls: type) -> bool:
    """Return whether pytest or unittest could collect a class: plain ones must be made without arguments."""
    if issubclass(cls, unittest.TestCase):
        return True
    makes_itself: Any = cls  # mypy frowns on a look at a class's __init__
    if makes_itself.__init__ is not object.__init__ or makes_itself.__new__ is not object.__new__:
        return False
    return any(callable(getattr(cls, name, None)) for name in dir(cls) if not name.startswith("__"))


def _span_set_up_class(cls: Any, mock: Mock) -> None:
    setup = inspect.getattr_static(cls, "setUpClass")
    if setup is inspect.getattr_static(unittest.TestCase, "setUpClass"):
        return

    @functools.wraps(setup.__func__)
    def set_up_inside(test_class: Any) -> None:
        mock.start()
        # Class cleanups run after tearDownClass, and also when setUpClass fails.
        test_class.addClassCleanup(mock.stop)
        setup.__func__(test_class)

    cls.setUpClass = classmethod(set_up_inside)


def _span(cls: Any, mock: Mock, setup_name: str, teardown_name: str) -> None:
    """Start the mock before a setup and stop it after the matching teardown, whether the class has both or one."""
    setup = inspect.getattr_static(cls, setup_name, None)
    teardown = inspect.getattr_static(cls, teardown_name, None)
    if _is_fixture(setup) or _is_fixture(teardown):
        return
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

    kind: Any = classmethod if setup_name == "setup_class" else lambda function: function
    setattr(cls, setup_name, kind(setup_inside))
    setattr(cls, teardown_name, kind(teardown_inside))


def _is_fixture(member: Any) -> bool:
    """Return whether a setup is a fixture that bears its name: pytest runs it as one, inside that of the class."""
    # A kind of object since pytest 8.4, a mark on the function before.
    return member is not None and (
        not isinstance(member, (FunctionType, classmethod, staticmethod)) or hasattr(member, "_pytestfixturefunction")
    )


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
