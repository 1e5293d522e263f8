"""``mock_cognito_sync``: decorator and context manager. The mock is on exactly while the decorated body runs."""

from __future__ import annotations

import inspect
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeVar, overload

import wrapt

from .mock import CognitoSyncMock
from .options import Options
from .testclasses import decorate_class

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Generator, Mapping
    from types import TracebackType

    _FunctionWrapper = wrapt.FunctionWrapper[Any, Any]
else:
    # Generic at run time only since wrapt 2.2.
    _FunctionWrapper = wrapt.FunctionWrapper

Target = TypeVar("Target", bound="Callable[..., Any]")


class MockCognitoSync:
    """What ``mock_cognito_sync(...)`` returns: decorates, serves ``with``, starts and stops.

    Every decorated call gets a mock of its own.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._mocks: list[CognitoSyncMock] = []

    def __call__(self, target: Target) -> Target:
        """Decorate a function, a method or a class.

        Raises:
            TypeError: if the target cannot be called.
        """
        decorated: Target = _decorated(target, self._options)
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
            raise RuntimeError(
                "stop() was called without start(): call start() first, or use `with mock_cognito_sync():`"
            )
        self._mocks.pop().stop()

    def __enter__(self) -> CognitoSyncMock:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        mock = self._mocks[-1]
        self.stop()
        if kind is None:
            mock.assert_faults_used()


@overload
def mock_cognito_sync(target: Target, /) -> Target: ...


@overload
def mock_cognito_sync(
    *,
    region_name: str = "us-east-1",
    enforce_credentials: bool = True,
    verify_references: bool = False,
    passthrough: Collection[str] = (),
    config: Mapping[str, Any] | None = None,
) -> MockCognitoSync: ...


def mock_cognito_sync(target: Any = None, /, **options: Any) -> Any:
    """Mock Amazon Cognito Sync and all of moto's services.

    Bare or with options, as a decorator or a context manager::

        @mock_cognito_sync
        def test_something(): ...

        @mock_cognito_sync(region_name="eu-west-1")
        class TestSomething: ...

        with mock_cognito_sync() as mock: ...

    LambdaInvoker, coroutine functions, generators, async generators, methods of any kind and classes keep their kind
    and signature. In a class every test runs inside the mock, its setup and teardown included.

    Args:
        target: what to decorate, when used bare.
        **options: ``region_name="us-east-1"``, the default region inside the mock;
            ``enforce_credentials=True``, whether operations refuse the wrong kind of credentials;
            ``verify_references=False``, whether configurations may only name what exists in the mock;
            ``passthrough=()``, hosts whose requests may really be sent;
            ``config=None``, handed to moto's ``mock_aws``. More of them in `cogsync_mock.options.Options`.

    Raises:
        TypeError: if the target cannot be called, or an option is unknown or of the wrong type.
        ValueError: if an option makes no sense.
    """
    if target is None:
        return MockCognitoSync(Options.from_kwargs(options))
    if options:
        raise TypeError(
            "mock_cognito_sync takes either the thing to decorate or options: @mock_cognito_sync(region_name=...)"
        )
    return _decorated(target, Options())


def _decorated(target: Any, options: Options) -> Any:
    if isinstance(target, type):
        return decorate_class(target, MockCognitoSync(options), lambda member: _wrapped(member, options))
    if not callable(target) and not isinstance(target, (classmethod, staticmethod)):
        raise TypeError(
            f"mock_cognito_sync decorates functions, methods and classes, not {target!r}; "
            "give options by name: mock_cognito_sync(region_name=...)"
        )
    return _wrapped(target, options)


def _wrapped(target: Any, options: Options) -> Any:
    """Wrap a callable so that the mock is on while its body runs, whatever its kind."""

    def inside(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
        mock = MockCognitoSync(options)
        if inspect.iscoroutinefunction(wrapped):
            return _coroutine(mock, wrapped, args, kwargs)
        if inspect.isasyncgenfunction(wrapped):
            return _async_generator(mock, wrapped, args, kwargs)
        if inspect.isgeneratorfunction(wrapped):
            return _generator(mock, wrapped, args, kwargs)
        with mock:
            return wrapped(*args, **kwargs)

    return _Decorated(target, inside)


class _Decorated(_FunctionWrapper):
    """A decorated callable, which can be pickled by its name and copied as functions are: not at all."""

    def __reduce_ex__(self, _protocol: object) -> str:
        return str(self.__qualname__)

    def __copy__(self) -> _Decorated:
        return self

    def __deepcopy__(self, _memo: object) -> _Decorated:
        return self


def _generator(mock: MockCognitoSync, function: Any, args: Any, kwargs: Any) -> Generator[Any, Any, Any]:
    with mock:
        return (yield from function(*args, **kwargs))


async def _coroutine(mock: MockCognitoSync, function: Any, args: Any, kwargs: Any) -> Coroutine[Any, Any, Any]:
    with mock:
        result: Coroutine[Any, Any, Any] = await function(*args, **kwargs)
        return result


async def _async_generator(mock: MockCognitoSync, function: Any, args: Any, kwargs: Any) -> AsyncGenerator[Any, Any]:
    """Pass on what is sent and thrown in; Python has no ``yield from`` for async generators."""
    with mock:
        async with aclosing(function(*args, **kwargs)) as body:
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
