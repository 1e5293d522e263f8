"""``mock_aws``, also named ``mock_cognito_sync``: the mock is on exactly while the decorated body runs."""

from __future__ import annotations

import functools
import inspect
import unittest
from contextlib import aclosing, contextmanager
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar, overload

import wrapt

from .mock import CognitoSyncMock
from .options import Options
from .testclasses import decorate_class

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Generator, Iterator, Mapping
    from types import TracebackType

    _FunctionWrapper = wrapt.FunctionWrapper[Any, Any]
else:
    # Generic at run time only since wrapt 2.2.
    _FunctionWrapper = wrapt.FunctionWrapper

Target = TypeVar("Target", bound="Callable[..., Any]")


class MockAWS:
    """What ``mock_aws(...)`` returns: decorates, serves ``with`` and ``async with``, starts and stops.

    Every decorated call gets a mock of its own.
    """

    def __init__(self, options: Options, inject: str | None = None) -> None:
        self._options = options
        self._inject = inject
        self._mocks: list[CognitoSyncMock] = []

    def __call__(self, target: Target) -> Target:
        """Decorate a function, a method or a class.

        Raises:
            TypeError: if the target cannot be called, or cannot take the keyword of ``inject``.
        """
        decorated: Target = _decorated(target, self._options, self._inject)
        return decorated

    def start(self) -> CognitoSyncMock:
        """Switch a new mock on and return it."""
        mock = CognitoSyncMock(self._options).start()
        self._mocks.append(mock)
        return mock

    def stop(self) -> None:
        """Switch off the mock that was started last.

        Raises:
            RuntimeError: if none is on.
        """
        if not self._mocks:
            raise RuntimeError("stop() was called without start(): call start() first, or use `with mock_aws():`")
        self._mocks.pop().stop()

    def __enter__(self) -> CognitoSyncMock:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        mock = self._mocks[-1]
        self.stop()
        # What has failed already need not be told of anything else.
        if kind is None:
            mock.verify()

    async def __aenter__(self) -> CognitoSyncMock:
        return self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)


@overload
def mock_aws(target: Target, /) -> Target: ...


@overload
def mock_aws(
    *,
    region_name: str | None = None,
    enforce_credentials: bool = True,
    verify_references: bool = False,
    enforce_roles: bool = False,
    passthrough: Collection[str] = (),
    assert_all_requests_mocked: bool = True,
    assert_all_faults_used: bool = True,
    retry_delays: bool = False,
    inject: str | None = None,
    config: Mapping[str, Any] | None = None,
) -> MockAWS: ...


def mock_aws(target: Any = None, /, *, inject: str | None = None, **options: Any) -> Any:
    """Mock all of AWS that moto knows, and Amazon Cognito Sync: a drop-in for ``moto.mock_aws``.

    Bare or with options, as a decorator or a context manager::

        @mock_aws
        def test_something(): ...

        @mock_aws(region_name="eu-west-1")
        class TestSomething: ...

        with mock_aws() as mock: ...

    Functions, coroutine functions, generators, async generators, methods of any kind and classes keep their kind
    and signature. In a class every test runs inside the mock, its setup and teardown included.

    Args:
        target: what to decorate, when used bare.
        inject: name of a keyword that the decorated function receives the mock by; pytest does not see it.
        **options: ``region_name=None``, the default region inside the mock;
            ``enforce_credentials=True``, whether operations refuse the wrong kind of credentials;
            ``verify_references=False``, whether configurations may only name what exists in the mock;
            ``enforce_roles=False``, whether identities need a role to get credentials;
            ``passthrough=()``, hosts whose requests may really be sent;
            ``assert_all_requests_mocked=True``, whether a request that was refused fails the test at its end;
            ``assert_all_faults_used=True``, whether an unused fault does;
            ``retry_delays=False``, whether botocore really waits between retries;
            ``config=None``, handed to moto's ``mock_aws``. More of them in `cogsync_mock.options.Options`.

    Raises:
        TypeError: if the target cannot be called, or an option is unknown or of the wrong type.
        ValueError: if an option makes no sense.
    """
    if inject is not None and (not isinstance(inject, str) or not inject.isidentifier()):
        raise TypeError(f"inject must be the name of a keyword such as 'aws', not {inject!r}")
    if target is None:
        return MockAWS(Options.from_kwargs(options), inject)
    if options or inject:
        raise TypeError("mock_aws takes either the thing to decorate or options: @mock_aws(region_name=...)")
    return _decorated(target, Options())


mock_cognito_sync = mock_aws


def _decorated(target: Any, options: Options, inject: str | None = None) -> Any:
    if isinstance(target, type):
        if inject is not None and issubclass(target, unittest.TestCase):
            raise TypeError(
                f"unittest passes no arguments to the tests of {target.__name__}: decorate its methods with inject="
            )
        return decorate_class(
            target,
            MockAWS(options),
            lambda member: _wrapped(member, options, inject if _takes(member, inject) else None),
        )
    if not callable(target) and not isinstance(target, (classmethod, staticmethod)):
        raise TypeError(
            f"mock_aws decorates functions, methods and classes, not {target!r}; "
            "give options by name: mock_aws(region_name=...)"
        )
    return _wrapped(target, options, inject)


def _wrapped(target: Any, options: Options, inject: str | None = None) -> Any:
    """Wrap a callable so that the mock is on while its body runs, whatever its kind."""
    if inject is not None:
        target = _without_keyword(target, inject)

    def inside(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
        context = _Context(MockAWS(options), inject)
        if inspect.iscoroutinefunction(wrapped):
            return _coroutine(context, wrapped, args, kwargs)
        if inspect.isasyncgenfunction(wrapped):
            return _async_generator(context, wrapped, args, kwargs)
        if inspect.isgeneratorfunction(wrapped):
            return _generator(context, wrapped, args, kwargs)
        with context.keywords(kwargs) as given:
            return wrapped(*args, **given)

    return _Decorated(target, inside)


class _Context:
    """The mock of one call, and the keyword it is passed by."""

    def __init__(self, context: MockAWS, inject: str | None) -> None:
        self._context = context
        self._inject = inject

    @contextmanager
    def keywords(self, given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Switch the mock on and give the keywords to call with."""
        with self._context as mock:
            yield {**given, self._inject: mock} if self._inject else given


def _takes(target: Any, keyword: str | None) -> bool:
    function = target.__func__ if isinstance(target, (classmethod, staticmethod)) else target
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return keyword in parameters and parameters[str(keyword)].kind in kinds


def _without_keyword(target: Any, keyword: str) -> Any:
    """Return a copy of a function whose visible signature lacks a keyword: pytest asks for fixtures by it.

    Raises:
        TypeError: if it does not take the keyword, or is no function.
    """
    if isinstance(target, (classmethod, staticmethod)):
        return type(target)(_without_keyword(target.__func__, keyword))
    if not isinstance(target, FunctionType) or not _takes(target, keyword):
        raise TypeError(
            f"inject={keyword!r} passes the mock by that keyword, which {target!r} does not take: "
            f"give it a parameter {keyword!r}"
        )
    copy = FunctionType(target.__code__, target.__globals__, target.__name__, target.__defaults__, target.__closure__)
    functools.update_wrapper(copy, target)
    copy.__kwdefaults__ = target.__kwdefaults__
    del copy.__wrapped__  # type: ignore[attr-defined]  # it is the function itself, not a wrapper of it
    signature = inspect.signature(target)
    visible = [parameter for name, parameter in signature.parameters.items() if name != keyword]
    copy.__signature__ = signature.replace(parameters=visible)  # type: ignore[attr-defined]  # what `inspect` looks at
    return copy


class _Decorated(_FunctionWrapper):
    """A decorated callable, which can be pickled by its name and copied as functions are: not at all."""

    def __reduce_ex__(self, _protocol: object) -> str:
        return str(self.__qualname__)

    def __copy__(self) -> _Decorated:
        return self

    def __deepcopy__(self, _memo: object) -> _Decorated:
        return self


def _generator(context: _Context, function: Any, args: Any, kwargs: Any) -> Generator[Any, Any, Any]:
    with context.keywords(kwargs) as given:
        return (yield from function(*args, **given))


async def _coroutine(context: _Context, function: Any, args: Any, kwargs: Any) -> Coroutine[Any, Any, Any]:
    with context.keywords(kwargs) as given:
        result: Coroutine[Any, Any, Any] = await function(*args, **given)
        return result


async def _async_generator(context: _Context, function: Any, args: Any, kwargs: Any) -> AsyncGenerator[Any, Any]:
    """Pass on what is sent and thrown in; Python has no ``yield from`` for async generators."""
    with context.keywords(kwargs) as given:
        async with aclosing(function(*args, **given)) as body:
            try:
                item = await anext(body)
                while True:
                    try:
                        sent = yield item
                    except GeneratorExit:  # noqa: PERF203  # what is thrown in is passed on item by item
                        raise
                    except BaseException as error:  # noqa: BLE001  # the body decides what to do with it
                        item = await body.athrow(error)
                    else:
                        item = await body.asend(sent)
            except StopAsyncIteration:
                return
