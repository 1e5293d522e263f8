"""Lambda functions: those that a test plays with a Python callable, and those that moto runs."""

from __future__ import annotations

import ctypes
import json
import logging
import re
import threading
import time
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from uuid import uuid4

from cogsync_mock.aws.calls import Call, record
from cogsync_mock.aws.errors import AWSError
from cogsync_mock.cognitosync.exceptions import (
    FunctionCannotRun,
    InvalidLambdaFunctionOutputException,
    LambdaSocketTimeoutException,
    LambdaThrottledException,
)
from cogsync_mock.integrations import awslambda

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Handler = Callable[[Any, Any], Any]

Understood = TypeVar("Understood")

logger = logging.getLogger(__name__)

#: How long a function of the SyncTrigger may take, in seconds (documented).
TIME_LIMIT = 5.0
# How long to wait before an end is sent again, in seconds: at first, and at most.
_INSISTENCE = 0.1
_PATIENCE = 5.0
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
    """The functions of a process that are played by Python callables, the latest callable first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._played: dict[FunctionName, list[Handler]] = {}
        # Who runs, and in which thread it was set off.
        self._running: dict[threading.Thread, tuple[FunctionName, threading.Thread]] = {}

    def register_handler(self, function: FunctionName, handler: Handler) -> None:
        """Have a callable play a function from now on, for Lambda's own API, too."""
        self._played.setdefault(function, []).append(handler)
        self._show(function, handler)

    def remove_handler(self, function: FunctionName, handler: Handler) -> None:
        """Have a callable no longer play a function; one that did before it plays it again."""
        handlers = self._played[function]
        # By identity and from the end: equal callables are not the same.
        del handlers[next(i for i in reversed(range(len(handlers))) if handlers[i] is handler)]
        if not awslambda.function_exists(*function):
            return
        if handlers:
            self._show(function, handlers[-1])
        else:
            awslambda.remove_handler(*function)

    def _show(self, function: FunctionName, handler: Handler) -> None:
        def invoke(event: Any, time_limit: float) -> tuple[Any, BaseException | None]:
            try:
                return _call(handler, event, Context(function, time_limit)), None
            except _Ended:
                raise
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
        self, name_or_arn: str, account_id: str, region: str, event: Any, understand: Callable[[Any], Understood]
    ) -> Understood:
        """Call a function and wait for its answer, as the SyncTrigger does.

        Args:
            name_or_arn: what the pool's events hold.
            account_id: the pool's account.
            region: the pool's region.
            event: what the function gets, JSON.
            understand: makes sense of its answer, or refuses it.

        Raises:
            InvalidLambdaFunctionOutputException: if it fails, its answer is refused or no JSON, or it does not exist.
            LambdaThrottledException: if as many triggers of it are running as are reserved for it; none if that is 0.
            LambdaSocketTimeoutException: if it takes more than five seconds; only callables are timed.
        """
        function = FunctionName.parse(name_or_arn, account_id, region)
        called = {"FunctionName": name_or_arn, "InvocationType": "RequestResponse", "Payload": event}
        try:
            answer = self._answer(name_or_arn, function, event)
            understood = understand(answer)
        except AWSError as refusal:
            why = _said(refusal.__cause__ or refusal)
            logger.warning("function %s did not let the update pass: %s", function.name, why)
            record(Call("lambda", "Invoke", called, error=refusal.code, message=why))
            raise
        record(Call("lambda", "Invoke", called, {"StatusCode": 200, "Payload": answer}))
        return understood

    def _answer(self, name_or_arn: str, function: FunctionName, event: Any) -> Any:
        handlers = self._played.get(function)
        try:
            limit = awslambda.reserved_concurrency(*function)
            if not handlers:
                if limit == 0:
                    raise LambdaThrottledException
                return _by_moto(function, event)
        except awslambda.FunctionUnavailable as unavailable:
            raise FunctionCannotRun(name_or_arn, str(unavailable)) from None
        outcome: list[tuple[Any, BaseException | None]] = []
        thread = self._start(handlers[-1], event, function, limit, outcome)
        thread.join(TIME_LIMIT)
        if not outcome:
            self._end(thread)
            raise LambdaSocketTimeoutException from TimeoutError(f"it took more than {TIME_LIMIT:g} seconds")
        ((answer, error),) = outcome
        if error is not None:
            raise InvalidLambdaFunctionOutputException from error
        return answer

    def _start(
        self, handler: Handler, event: Any, function: FunctionName, limit: int | None, outcome: list[Any]
    ) -> threading.Thread:
        """Run a callable in a thread of its own, so that it can be left alone when its time is over.

        Raises:
            LambdaThrottledException: if as many are running as may.
        """
        context, depth = Context(function, TIME_LIMIT), _depth.get()

        def run() -> None:
            _depth.set(depth + 1)
            try:
                _require_depth(depth, function)
                outcome.append((_call(handler, event, context), None))
            except _Ended:
                return
            except BaseException as error:  # noqa: BLE001  # whatever it raises, sys.exit() and failed tests included
                outcome.append(_failed(function, error))

        thread = threading.Thread(target=copy_context().run, args=(run,), name=f"lambda {function.name}", daemon=True)
        with self._lock:
            self._running = {other: known for other, known in self._running.items() if other.is_alive()}
            if limit is not None and [name for name, _ in self._running.values()].count(function) >= limit:
                raise LambdaThrottledException
            thread.start()
            self._running[thread] = (function, threading.current_thread())
        return thread

    def end_all(self) -> None:
        """End what is still running: nothing of a mock may go on where requests are no longer answered by it."""
        with self._lock:
            running = list(self._running)
        for thread in running:
            self._end(thread)

    def _end(self, thread: threading.Thread) -> None:
        """Have a thread end as soon as it does anything again, and with it those that it has set off.

        Where it strikes, an end may get lost (Python ignores exceptions in finalizers), so it is sent until it is
        heeded. Other interpreters than CPython cannot send it.
        """
        api = getattr(ctypes, "pythonapi", None)
        if api is None:
            return

        def insist() -> None:
            pause = _INSISTENCE
            while family := [member for member in self._family(thread) if member.is_alive()]:
                for member in family:
                    api.PyThreadState_SetAsyncExc(ctypes.c_ulong(member.ident or 0), ctypes.py_object(_Ended))
                family[0].join(pause)
                # One that waits for ever, not doing anything, is no danger.
                pause = min(2 * pause, _PATIENCE)

        threading.Thread(target=insist, name=f"end of {thread.name}", daemon=True).start()

    def _family(self, thread: threading.Thread) -> list[threading.Thread]:
        with self._lock:
            family = [thread]
            for member in family:
                family.extend(other for other, (_, parent) in self._running.items() if parent is member)
            return family


class _Ended(SystemExit):
    """What a thread is ended with; no failure of the callable, and nothing but the thread itself may catch it."""


def _require_depth(depth: int, function: FunctionName) -> None:
    if depth >= MAX_DEPTH:
        why = f"it sets itself off: {MAX_DEPTH} updates of its own have called it again"
        raise FunctionCannotRun(function.name, why)


def _call(handler: Handler, event: Any, context: Context) -> Any:
    """Call a callable with JSON of its own; return its answer as JSON."""
    return json.loads(json.dumps(handler(json.loads(json.dumps(event)), context), allow_nan=False))


def _failed(function: FunctionName, error: BaseException) -> tuple[None, BaseException]:
    logger.warning("function %s failed", function.name, exc_info=error)
    return None, error


def _by_moto(function: FunctionName, event: Any) -> Any:
    """Have moto run a function: in Docker, or not at all where a test has switched Docker off."""
    payload, failed = awslambda.invoke_function(*function, json.dumps(event))
    if failed:
        raise InvalidLambdaFunctionOutputException from RuntimeError(payload)
    try:
        return json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise InvalidLambdaFunctionOutputException from error


def _said(error: BaseException) -> str:
    """Return what an exception says; a test's own may fail at that, too."""
    try:
        return str(error) or repr(error)
    except Exception:  # noqa: BLE001  # whatever a test's own class does
        return type(error).__name__


functions = LambdaInvoker()
