"""The sibling services that Cognito Sync touches, reached through names that all supported moto versions share.

What functions and classes they have stands here and nowhere else; but for IAM's (``iam``), CloudFormation's
(``cloudformation``), and the methods that ``completion`` completes.
"""

from __future__ import annotations

import base64
import functools
import importlib
import io
import json
import os
import sys
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.backends import get_backend
from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

_PARTITION = "aws"
# For what is made only if it is not there yet.
_making = threading.Lock()
_putting = threading.Lock()


@functools.cache
def _backends(service: Any) -> Any:
    return get_backend(service)


def _backend(service: Any, account_id: str, region: str) -> Any:
    return _backends(service)[account_id][region]


# ------------------------------------------------------------ Cognito Identity

IDENTITY_ANSWERS = "moto.cognitoidentity.responses"
STS_ANSWERS = "moto.sts.responses"
STS_BACKEND = "moto.sts.models"
STACK_PARSING = "moto.cloudformation.parsing"
#: The classes that ``completion`` completes, by the modules that they live in; None for the module's own functions.
COMPLETED_CLASSES = {
    IDENTITY_ANSWERS: "CognitoIdentityResponse",
    STS_ANSWERS: "TokenResponse",
    STS_BACKEND: "STSBackend",
    STACK_PARSING: None,
}


def identity_pool(account_id: str, region: str, identity_pool_id: str) -> Any | None:
    """Return cognito-identity's own object for a pool, or None if there is no such pool."""
    return _backend("cognito-identity", account_id, region).identity_pools.get(identity_pool_id)


def identity_pool_ids(account_id: str, region: str) -> list[str]:
    """Return the ids of all pools of cognito-identity in a region."""
    return list(_backend("cognito-identity", account_id, region).identity_pools)


def create_identity_pool(account_id: str, region: str, **parameters: Any) -> str:
    """Make a pool; return its id."""
    created = _backend("cognito-identity", account_id, region).create_identity_pool(**parameters)
    return str(json.loads(created)["IdentityPoolId"])


def update_identity_pool(account_id: str, region: str, identity_pool_id: str, **parameters: Any) -> None:
    """Change a pool, if it is there; moto's own update cannot take anything away."""
    pool = identity_pool(account_id, region, identity_pool_id)
    if pool is not None:
        vars(pool).update(parameters)


def delete_identity_pool(account_id: str, region: str, identity_pool_id: str) -> None:
    """Delete a pool with its identities, if it is there; moto 5.0 has no such operation."""
    backend = _backend("cognito-identity", account_id, region)
    backend.identity_pools.pop(identity_pool_id, None)
    backend.pools_identities.pop(identity_pool_id, None)


def rename_identity_pool(account_id: str, region: str, old_id: str, new_id: str) -> None:
    """Give a pool of cognito-identity another id, which must be free."""
    backend = _backend("cognito-identity", account_id, region)
    pool = backend.identity_pools.pop(old_id)
    pool.identity_pool_id = new_id
    backend.identity_pools[new_id] = pool
    identities = backend.pools_identities.pop(old_id)
    identities["IdentityPoolId"] = new_id
    backend.pools_identities[new_id] = identities


def identities(account_id: str, region: str, identity_pool_id: str) -> list[dict[str, str]]:
    """Return cognito-identity's own list of a pool's identities."""
    pools = _backend("cognito-identity", account_id, region).pools_identities
    # A pool may have been deleted a moment ago.
    known: list[dict[str, str]] = pools.get(identity_pool_id, {"Identities": []})["Identities"]
    return known


def has_identity(account_id: str, region: str, identity_pool_id: str, identity_id: str) -> bool:
    """Tell whether a pool has an identity."""
    return any(known["IdentityId"] == identity_id for known in identities(account_id, region, identity_pool_id))


def make_identity(account_id: str, region: str, identity_pool_id: str, identity_id: str | None = None) -> str:
    """Make an identity exist in a pool, with a random id if none is given; return its id."""
    identity_id = identity_id or f"{region}:{uuid4()}"
    identities(account_id, region, identity_pool_id).append({"IdentityId": identity_id})
    return identity_id


def pool_of_identity(account_id: str, identity_id: str) -> tuple[str, Any] | None:
    """Return the region and cognito-identity's own object of the pool that has an identity, None if none has."""
    for region, backend in list(_backends("cognito-identity")[account_id].items()):
        for identity_pool_id, pool in list(backend.identity_pools.items()):
            if has_identity(account_id, region, identity_pool_id, identity_id):
                return region, pool
    return None


def parameter(response: Any, name: str) -> Any:
    """Return a parameter of the request that one of moto's response objects answers, None if it was not given."""
    try:
        return response._get_param(name)  # noqa: SLF001  # what all of moto's services read theirs with
    except (AttributeError, TypeError, ValueError):
        # The body is JSON, but no object.
        return None


def refusal(error_type: str, message: str) -> Exception:
    """Return an error that cognito-identity answers with."""
    return JsonRESTError(error_type, message)


# ---------------------------------------------------------------- IAM and STS


def assume_role(account_id: str, region: str, role_arn: str, session_name: str, duration: float) -> Any:
    """Have STS give out credentials of a role, which need not exist; return moto's object for them."""
    return _backend("sts", account_id, _PARTITION).assume_role(
        region_name=region,
        role_session_name=session_name,
        role_arn=role_arn,
        policy=None,
        duration=duration,
        external_id=None,
    )


def keys_of(assumed_role: Any) -> tuple[str, str, str, float]:
    """Return access key, secret key, session token and expiration in epoch seconds of an assumed role."""
    key = assumed_role.access_key_id, assumed_role.secret_access_key
    return *key, assumed_role.session_token, unix_time(assumed_role.expiration)


def role_exists(account_id: str, arn_or_name: str) -> bool:
    """Tell whether IAM knows a role."""
    roles = _backend("iam", account_id, _PARTITION).roles.values()
    return any(arn_or_name in (role.arn, role.name) for role in roles)


# -------------------------------------------------------------- Kinesis and S3

#: Who owns what Cognito Sync itself keeps in S3: not a test's account, which would list it as its own.
_COGNITO_SYNC_ACCOUNT = "000000000000"


def stream_exists(account_id: str, region: str, name: str) -> bool:
    """Tell whether Kinesis has a stream."""
    return name in _backend("kinesis", account_id, region).streams


def put_record(
    account_id: str,
    region: str,
    stream: str,
    partition_key: str,
    data: str,
    aside: Callable[[], AbstractContextManager[None]],
) -> tuple[str, str]:
    """Put a record on a stream, as base64; return its sequence number and shard id.

    moto tells the functions that read the stream of it at once, with ``aside`` entered, and raises what they raise.
    """
    backend = _backend("kinesis", account_id, region)
    found = backend.streams.get(stream)
    consumed = found is not None and found.lambda_event_source_mappings
    # moto's own is not safe for threads; but a function that it calls may put records itself.
    with aside() if consumed else _putting:
        sequence_number, shard_id = backend.put_record(
            stream_arn=None, stream_name=stream, partition_key=partition_key, explicit_hash_key=None, data=data
        )
    return str(sequence_number), str(shard_id)


def keep_object(region: str, bucket: str, key: str, content: bytes) -> None:
    """Put an object into a bucket of Cognito Sync's own, which is made if need be."""
    backend = _backend("s3", _COGNITO_SYNC_ACCOUNT, _PARTITION)
    with _making:
        if bucket not in backend.buckets:
            backend.create_bucket(bucket, region)
    backend.put_object(bucket, key, content)


# ------------------------------------------------------------------------ SNS


def _sns_of(arn: str) -> Any:
    _, _, _, region, account_id, *_ = arn.split(":")
    return _backend("sns", account_id, region)


def platform_endpoint(application_arn: str, token: str) -> str | None:
    """Return the ARN of a token's endpoint in a platform application, a new one if need be.

    None if there is no such application.
    """
    backend = _sns_of(application_arn)
    if application_arn not in backend.applications:
        return None
    application = backend.applications[application_arn]
    with _making:
        for endpoint in list(backend.platform_endpoints.values()):
            if (endpoint.application.arn, endpoint.token) == (application_arn, token):
                return str(endpoint.arn)
        return str(backend.create_platform_endpoint(application, None, token, {}).arn)


def publish(endpoint_arn: str | None, message: str) -> tuple[str, str | None]:
    """Send a message to a platform endpoint; return its id, and the error's name if the endpoint cannot take it."""
    endpoint = endpoint_arn and _sns_of(endpoint_arn).platform_endpoints.get(endpoint_arn)
    if not endpoint:
        return "", "NotFoundException"
    if not endpoint.enabled:
        return "", "EndpointDisabledException"
    return str(endpoint.publish(message)), None


# ------------------------------------------------------------------ references


def missing_references(account_id: str, region: str, push_sync: Any, cognito_streams: Any) -> Iterable[str]:
    """Name what a pool's configuration refers to and what does not exist, one phrase each."""
    push_sync, cognito_streams = push_sync or {}, cognito_streams or {}
    applications = _backend("sns", account_id, region).applications
    for arn in push_sync.get("ApplicationArns", ()):
        if arn not in applications:
            yield f"platform application {arn}"
    name = cognito_streams.get("StreamName")
    if name is not None and not stream_exists(account_id, region, name):
        yield f"stream {name}"
    for arn in dict.fromkeys((push_sync.get("RoleArn"), cognito_streams.get("RoleArn"))):
        if arn is not None and not role_exists(account_id, arn):
            yield f"role {arn}"


# ---------------------------------------------------------------------- Lambda

_PLAYED_BY_A_CALLABLE = "Played by a Python callable of a test"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


class FunctionUnavailable(Exception):
    """There is no such function, or nothing to run it with."""


def _lambda(account_id: str, region: str) -> Any:
    # moto has two kinds of Lambda, with Docker and without; this tells which one is in force.
    return importlib.import_module("moto.awslambda.utils").get_backend(account_id, region)


def has_lambda(account_id: str, region: str) -> bool:
    """Tell whether AWS Lambda exists in a region."""
    try:
        _lambda(account_id, region)
    except KeyError:
        return False
    return True


def function_exists(account_id: str, region: str, name: str) -> bool:
    """Tell whether Lambda has a function."""
    return _function(account_id, region, name) is not None


def _function(account_id: str, region: str, name: str) -> Any | None:
    if not has_lambda(account_id, region):
        return None
    functions = _lambda(account_id, region).list_functions()
    return next((function for function in functions if function.function_name == name), None)


def _existing_function(account_id: str, region: str, name: str) -> Any:
    function = _function(account_id, region, name)
    if function is None:
        raise FunctionUnavailable("there is no such function")
    return function


def _no_docker() -> bool:
    # The client for Docker leaves a socket open if the usual one is not there, so it must not even try.
    host = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    return sys.platform != "win32" and host.startswith("unix://") and not Path(host.removeprefix("unix://")).exists()


def play_function(
    account_id: str, region: str, name: str, invoke: Callable[[Any, float], tuple[Any, BaseException | None]]
) -> None:
    """Have a callable answer Lambda's own invocations of a function, which is made if need be.

    It takes the event and the function's time limit in seconds, and returns an answer, or what it raised.
    """
    function = _function(account_id, region, name) or _make_function(account_id, region, name)

    def motos_invoke(body: Any, request_headers: Any, response_headers: Any) -> bytes:  # noqa: ARG001
        answer, error = invoke(json.loads(body) if body else {}, float(function.timeout))
        if error is not None:
            response_headers["x-amz-function-error"] = "Unhandled"
            answer = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}
        return json.dumps(answer).encode()

    function.invoke = motos_invoke


def _make_function(account_id: str, region: str, name: str) -> Any:
    """Make a function; the role that moto wants to see for a moment is taken away again."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("lambda_function.py", f"# {_PLAYED_BY_A_CALLABLE}\n")
    iam = _backend("iam", account_id, _PARTITION)
    role = iam.create_role(f"cogsync-mock-{uuid4().hex}", json.dumps(_TRUST), "/", None, "", [], None)
    try:
        return _lambda(account_id, region).create_function(
            {
                "FunctionName": name,
                "Role": role.arn,
                "Runtime": "python3.13",
                "Handler": "lambda_function.lambda_handler",
                "Description": _PLAYED_BY_A_CALLABLE,
                "Code": {"ZipFile": base64.b64encode(archive.getvalue()).decode()},
            }
        )
    finally:
        iam.delete_role(role.name)


def stop_playing(account_id: str, region: str, name: str) -> None:
    """Undo `play_function`, as far as the function is still there."""
    function = _function(account_id, region, name)
    if function is None or "invoke" not in vars(function):
        return
    del function.invoke
    if function.description == _PLAYED_BY_A_CALLABLE:
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
    backend = _lambda(account_id, region)
    if type(backend).__module__ == "moto.awslambda.models":
        if _no_docker():
            raise FunctionUnavailable("moto runs functions in Docker, and there is none")
        try:
            # Asked first: without Docker, moto goes on for a while, and leaves a process and its pipe behind.
            function.docker_client  # noqa: B018  # a property that connects
        except Exception as error:
            raise FunctionUnavailable(f"moto runs functions in Docker ({error})") from error
    headers: dict[str, str] = {}
    answer = backend.invoke(name, None, payload, {}, headers)
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return text, "x-amz-function-error" in headers
