"""Lambda functions: those that a Python callable stands in for, and those that moto runs.

A callable that is late, or still runs when its mock ends, is not ended: see `cogsync_mock.aws.invocations`.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from uuid import uuid4

from cogsync_mock.aws.errors import AWSError
from cogsync_mock.aws.faults import ConnectionFailure
from cogsync_mock.aws.invocations import Invocation, check_invocation, running
from cogsync_mock.cognitosync.exceptions import (
    FunctionCannotRun,
    InvalidLambdaFunctionOutputException,
    LambdaSocketTimeoutException,
    LambdaThrottledException,
)
from cogsync_mock.integrations import awslambda

from .deliveries import DeliveryError, deliver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Handler = Callable[[Any, Any], Any]

Parsed = TypeVar("Parsed")

logger = logging.getLogger(__name__)

#: How long a function of the SyncTrigger may take, in seconds (documented).
TIME_LIMIT = 5.0
#: How often in a row a function may be set off by its own updates (Lambda itself ends such loops after so many).
MAX_DEPTH = 16
_depth: ContextVar[int] = ContextVar("depth", default=0)
_FUNCTION = re.compile(
    r"(?:(?:arn:[^:]+:lambda:(?P<region>[^:]+):)?(?P<account>\d+):function:)?(?P<name>[a-zA-Z0-9_-]{1,64})(?::[\w$-]+)?"
)


class FunctionName(NamedTuple):
    """A function: its account, region and name."""

    account_id: str
    region: str
    name: str

    @classmethod
    def parse(cls, name_or_arn: str, account_id: str, region: str) -> FunctionName:
        """Read a function's name, its ARN or ``account:function:name``, each with or without a qualifier.

        Args:
            name_or_arn: what a configuration holds.
            account_id: of a mere name.
            region: of a mere name.
        """
        found = _FUNCTION.fullmatch(name_or_arn)
        if found is None:
            return cls(account_id, region, name_or_arn)
        return cls(found["account"] or account_id, found["region"] or region, found["name"])

    @classmethod
    def checked(cls, name_or_arn: str, account_id: str, region: str) -> FunctionName:
        """Read it as `parse` does, but only if Lambda could have such a function.

        Raises:
            ValueError: if it could not.
        """
        if not isinstance(name_or_arn, str) or not _FUNCTION.fullmatch(name_or_arn):
            hint = ", as in @mock.lambda_function('name')" if callable(name_or_arn) else ""
            raise ValueError(
                f"{name_or_arn!r} names no Lambda function: give a name of letters, digits, hyphens and underscores, "
                f"or an ARN such as '{cls(account_id, region, 'name').arn}'{hint}"
            )
        function = cls.parse(name_or_arn, account_id, region)
        if not awslambda.has_lambda(function.account_id, function.region):
            raise ValueError(f"there is no AWS Lambda in region {function.region!r}, which {name_or_arn!r} names")
        return function

    @property
    def arn(self) -> str:
        """The function's ARN."""
        return f"arn:aws:lambda:{self.region}:{self.account_id}:function:{self.name}"


class Context:
    """What a function learns of its invocation, as of Lambda's runtime for Python."""

    function_version = "$LATEST"
    memory_limit_in_mb = "128"
    identity = None
    client_context = None

    def __init__(self, function: FunctionName, time_limit: float) -> None:
        self.function_name = function.name
        self.invoked_function_arn = function.arn
        self.aws_request_id = str(uuid4())
        self.log_group_name = f"/aws/lambda/{function.name}"
        self.log_stream_name = f"[{self.function_version}]{self.aws_request_id}"
        self._end = time.monotonic() + time_limit

    def get_remaining_time_in_millis(self) -> int:
        """Return how many milliseconds are left."""
        return max(0, round((self._end - time.monotonic()) * 1000))


class LambdaInvoker:
    """The functions of a process that Python callables stand in for, the latest callable first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handlers: dict[FunctionName, list[Handler]] = {}

    def register_handler(self, function: FunctionName, handler: Handler) -> None:
        """Make a callable stand in for a function from now on, for Lambda's own API, too."""
        with self._lock:
            self._handlers.setdefault(function, []).append(handler)
        self._show(function, handler)

    def remove_handler(self, function: FunctionName, handler: Handler) -> None:
        """Undo `register_handler`: one that stood in before it does so again, and what still runs has expired."""
        with self._lock:
            handlers = self._handlers[function]
            # By identity and from the end: equal callables are not the same.
            del handlers[next(i for i in reversed(range(len(handlers))) if handlers[i] is handler)]
            for invocation in _running(function):
                if invocation.handler is handler:
                    _outlive(invocation)
        if not awslambda.function_exists(*function):
            return
        if handlers:
            self._show(function, handlers[-1])
        else:
            awslambda.remove_handler(*function)

    def _show(self, function: FunctionName, handler: Handler) -> None:
        def invoke(event: Any, time_limit: float) -> tuple[Any, BaseException | None]:
            invocation = _HandlerInvocation(function, handler)
            self._begin(invocation, None)
            try:
                return self._run(invocation, event, Context(function, time_limit)), None
            except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever it raises
                # But in its caller's own thread, what ends that (Ctrl+C, a test's time limit) passes.
                return _failed(function, error)

        awslambda.register_handler(*function, invoke)

    def missing(self, names_or_arns: Iterable[str], account_id: str, region: str) -> list[str]:
        """Name the functions that Lambda does not have, one phrase each.

        Args:
            names_or_arns: what a configuration holds.
            account_id: of mere names.
            region: of mere names.
        """
        named = {name: FunctionName.parse(name, account_id, region) for name in names_or_arns}
        return [f"function {name}" for name, function in named.items() if not awslambda.function_exists(*function)]

    def call(
        self, name_or_arn: str, account_id: str, region: str, event: Any, parse: Callable[[Any], Parsed]
    ) -> Parsed:
        """Call a function and wait for its answer, as the SyncTrigger does.

        Args:
            name_or_arn: what the pool's events hold.
            account_id: the pool's account.
            region: the pool's region.
            event: what the function gets, JSON.
            parse: makes sense of its answer, or rejects it.

        Raises:
            InvalidLambdaFunctionOutputException: if it fails, its answer is rejected or no JSON, or it does not exist.
            LambdaThrottledException: if as many triggers of it are running as are reserved for it; none if that is 0.
            LambdaSocketTimeoutException: if it takes more than five seconds; only callables are timed.
            ExpiredInvocation: if it is a callable that calls it, and that one's own invocation is over by now.
        """
        function = FunctionName.parse(name_or_arn, account_id, region)
        given = {"FunctionName": name_or_arn, "InvocationType": "RequestResponse", "Payload": event}
        parsed: list[Parsed] = []

        def perform() -> dict[str, Any]:
            try:
                answer = self._answer(name_or_arn, function, event)
                parsed.append(parse(answer))
            except AWSError as error:
                # The caller does not learn the reason, as at AWS; the log does.
                raise DeliveryError(error.code, _message_of(error.__cause__ or error)) from error
            return {"StatusCode": 200, "Payload": answer}

        try:
            deliver("lambda", "Invoke", given, function.region, perform)
        except ConnectionFailure as failure:
            raise LambdaSocketTimeoutException from failure
        except AWSError as error:
            logger.warning("function %s did not let the update pass: %s", function.name, error)
            if isinstance(error, DeliveryError) and isinstance(error.__cause__, AWSError):
                raise error.__cause__ from error.__cause__.__cause__
            throttled = error.code == "TooManyRequestsException"
            raise (LambdaThrottledException if throttled else InvalidLambdaFunctionOutputException) from error
        return parsed[0]

    def _answer(self, name_or_arn: str, function: FunctionName, event: Any) -> Any:
        handlers = self._handlers.get(function)
        try:
            limit = awslambda.reserved_concurrency(*function)
            if not handlers:
                if limit == 0:
                    raise LambdaThrottledException
                return _by_moto(function, event)
        except awslambda.FunctionUnavailable as unavailable:
            raise FunctionCannotRun(name_or_arn, str(unavailable)) from None
        _require_depth(function)
        outcome = self._run_for(_HandlerInvocation(function, handlers[-1]), event, limit)
        # The update that set this off may itself have been made by a callable that is late by now: then nothing is
        # written any more.
        check_invocation()
        if outcome is None:
            raise LambdaSocketTimeoutException from TimeoutError(f"it took more than {TIME_LIMIT:g} seconds")
        answer, error = outcome
        if error is not None:
            raise InvalidLambdaFunctionOutputException from error
        return answer

    def _run_for(
        self, invocation: _HandlerInvocation, event: Any, limit: int | None
    ) -> tuple[Any, BaseException | None] | None:
        """Run a callable in a thread of its own, so that it can be left alone when its time is over.

        Returns:
            Its answer, or what it raised; None if its time is over.

        Raises:
            LambdaThrottledException: if as many are running as may.
        """
        function, depth = invocation.function, _depth.get()
        context = Context(function, TIME_LIMIT)
        outcome: list[tuple[Any, BaseException | None]] = []

        def run() -> None:
            _depth.set(depth + 1)
            try:
                outcome.append((self._run(invocation, event, context), None))
            except BaseException as error:  # noqa: BLE001  # whatever it raises, sys.exit() and failed tests included
                outcome.append(_failed(function, error))

        self._begin(invocation, limit)
        thread = threading.Thread(target=copy_context().run, args=(run,), name=f"lambda {function.name}", daemon=True)
        try:
            thread.start()
        except BaseException:
            invocation.end()
            raise
        thread.join(TIME_LIMIT)
        if outcome:
            return outcome[0]
        invocation.expire(
            f"it took more than {TIME_LIMIT:g} seconds, and Cognito Sync waits no longer",
            "Make it return in time, or let the test itself do what takes longer.",
        )
        return None

    def _begin(self, invocation: _HandlerInvocation, limit: int | None) -> None:
        with self._lock:
            # Those that have expired hold no place: nobody waits for them.
            occupied = len([each for each in _running(invocation.function) if each.error() is None])
            if limit is not None and occupied >= limit:
                raise LambdaThrottledException
            if not any(handler is invocation.handler for handler in self._handlers[invocation.function]):
                # Its mock has ended while this was on its way here.
                _outlive(invocation)
            invocation.begin()

    def _run(self, invocation: _HandlerInvocation, event: Any, context: Context) -> Any:
        """Call a callable with JSON of its own; return its answer as JSON."""
        try:
            with invocation.mark():
                answer = invocation.handler(json.loads(json.dumps(event)), context)
                return json.loads(json.dumps(answer, allow_nan=False))
        finally:
            invocation.end()


class _HandlerInvocation(Invocation):
    """One call of a callable that stands in for a function."""

    def __init__(self, function: FunctionName, handler: Handler) -> None:
        super().__init__(f"Lambda function {function.name!r}")
        self.function = function
        self.handler = handler


def _running(function: FunctionName) -> list[_HandlerInvocation]:
    return [each for each in running() if isinstance(each, _HandlerInvocation) and each.function == function]


def _outlive(invocation: Invocation) -> None:
    invocation.expire(
        "the mock that it belongs to was switched off or reset meanwhile",
        "Make the test wait for it before its mock ends.",
    )


def _require_depth(function: FunctionName) -> None:
    if _depth.get() >= MAX_DEPTH:
        why = f"it sets itself off: {MAX_DEPTH} updates of its own have called it again"
        raise InvalidLambdaFunctionOutputException from FunctionCannotRun(function.name, why)


def _failed(function: FunctionName, error: BaseException) -> tuple[None, BaseException]:
    logger.warning("function %s failed", function.name, exc_info=error)
    return None, error


def _by_moto(function: FunctionName, event: Any) -> Any:
    """Make moto run a function: in Docker, or not at all where a test has switched Docker off."""
    payload, failed = awslambda.invoke_function(*function, json.dumps(event))
    if failed:
        raise InvalidLambdaFunctionOutputException from RuntimeError(payload)
    try:
        return json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise InvalidLambdaFunctionOutputException from error


def _message_of(error: BaseException) -> str:
    """Return the message of an exception; a test's own may fail at that, too."""
    try:
        return str(error) or repr(error)
    except Exception:  # noqa: BLE001  # whatever a test's own class does
        return type(error).__name__


functions = LambdaInvoker()
