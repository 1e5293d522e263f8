"""moto's Lambda: functions, and callables that stand in for them."""

from __future__ import annotations

import base64
import importlib
import io
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .iam import temporary_role

if TYPE_CHECKING:
    from collections.abc import Callable

_PLACEHOLDER = "A Python callable of a test stands in for this function"


class FunctionUnavailable(Exception):
    """There is no such function, or nothing to run it with."""


def _lambda(account_id: str, region: str) -> Any:
    # moto has two kinds of Lambda, with Docker and without; this tells which one is in force.
    return importlib.import_module("moto.awslambda.utils").get_backend(account_id, region)


def has_lambda(account_id: str, region: str) -> bool:
    """Return whether AWS Lambda exists in a region."""
    try:
        _lambda(account_id, region)
    except KeyError:
        return False
    return True


def function_exists(account_id: str, region: str, name: str) -> bool:
    """Return whether Lambda has a function."""
    return _function(account_id, region, name) is not None


def _function(account_id: str, region: str, name: str) -> Any | None:
    if not has_lambda(account_id, region):
        return None
    unknown = importlib.import_module("moto.awslambda.exceptions").UnknownFunctionException
    try:
        return _lambda(account_id, region).get_function(name)
    except unknown:
        return None


def _existing_function(account_id: str, region: str, name: str) -> Any:
    function = _function(account_id, region, name)
    if function is None:
        raise FunctionUnavailable("there is no such function")
    return function


def _no_docker() -> bool:
    # The client for Docker leaves a socket open if the usual one is not there, so it must not even try.
    host = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    return sys.platform != "win32" and host.startswith("unix://") and not Path(host.removeprefix("unix://")).exists()


def register_handler(
    account_id: str, region: str, name: str, invoke: Callable[[Any, float], tuple[Any, BaseException | None]]
) -> None:
    """Make a callable answer Lambda's own invocations of a function, which is made if need be.

    It takes the event and the function's time limit in seconds, and returns an answer, or what it raised.
    """
    function = _function(account_id, region, name) or _make_function(account_id, region, name)

    def invoke_by_lambda(body: Any, request_headers: Any, response_headers: Any) -> bytes:  # noqa: ARG001
        answer, error = invoke(json.loads(body) if body else {}, float(function.timeout))
        if error is not None:
            response_headers["x-amz-function-error"] = "Unhandled"
            answer = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}
        return json.dumps(answer).encode()

    function.invoke = invoke_by_lambda


def _make_function(account_id: str, region: str, name: str) -> Any:
    """Make a function; the role that moto wants to see for a moment is taken away again."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("lambda_function.py", f"# {_PLACEHOLDER}\n")
    with temporary_role(account_id) as role_arn:
        return _lambda(account_id, region).create_function(
            {
                "FunctionName": name,
                "Role": role_arn,
                "Runtime": "python3.13",
                "Handler": "lambda_function.lambda_handler",
                "Description": _PLACEHOLDER,
                "Code": {"ZipFile": base64.b64encode(archive.getvalue()).decode()},
            }
        )


def remove_handler(account_id: str, region: str, name: str) -> None:
    """Undo `register_handler`, as far as the function is still there."""
    function = _function(account_id, region, name)
    if function is None or "invoke" not in vars(function):
        return
    del function.invoke
    if function.description == _PLACEHOLDER:
        _lambda(account_id, region).delete_function(name)


def reserved_concurrency(account_id: str, region: str, name: str) -> int | None:
    """Return how many invocations of a function may run at once, None if that is not limited.

    Raises:
        FunctionUnavailable: if there is no such function.
    """
    reserved = _existing_function(account_id, region, name).reserved_concurrency
    return None if reserved is None else int(reserved)


def invoke_function(account_id: str, region: str, name: str, payload: str) -> tuple[str, bool]:
    """Have moto run a function; return its answer, and whether it failed.

    Raises:
        FunctionUnavailable: if there is no such function, or nothing to run it with.
    """
    function = _existing_function(account_id, region, name)
    lambda_backend = _lambda(account_id, region)
    if type(lambda_backend).__module__ == "moto.awslambda.models":
        if _no_docker():
            raise FunctionUnavailable("moto runs functions in Docker, and there is none")
        try:
            # Asked first: without Docker, moto goes on for a while, and leaves a process and its pipe behind.
            function.docker_client  # noqa: B018  # a property that connects
        except Exception as error:
            raise FunctionUnavailable(f"moto runs functions in Docker ({error})") from error
    headers: dict[str, str] = {}
    answer = lambda_backend.invoke(name, None, payload, {}, headers)
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return text, "x-amz-function-error" in headers
