"""CognitoSyncMock: what a test holds in its hands while the mock is on."""

from __future__ import annotations

import inspect
import os
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
from moto.core.models import DEFAULT_ACCOUNT_ID

from cogsync_mock.integrations import cognitoidentity

from .aws import calls
from .cognitoidentity.operations import issue
from .cognitosync.effects.lambda_runner import FunctionName, functions
from .cognitosync.exceptions import IdentityNotFound, IdentityPoolNotFound
from .cognitosync.faults import Fault, faults
from .cognitosync.models import CognitoSyncBackend, cognitosync_backends
from .cognitosync.wire.contract import operations
from .options import Options
from .runtime import moto_seam
from .runtime.activation import activation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Handler = TypeVar("Handler", bound="Callable[[Any, Any], Any]")

_IDENTITY_ID = operations()["ListDatasets"].input.members["IdentityId"]


class CognitoSyncMock:
    """The mock: what ``with mock_cognito_sync() as mock`` and the fixture ``cognito_sync_mock`` give.

    Args:
        options: how it behaves; as by default if None.
    """

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self._starts = 0
        self._faults: list[Fault] = []
        self._functions: list[tuple[FunctionName, Any]] = []
        self._calls = calls.CallLog()

    def start(self) -> CognitoSyncMock:
        """Switch the mock on. Every start needs a stop; mocks may nest and then share their data."""
        activation.add(self.options)
        self._starts += 1
        self._calls = calls.active_log()
        return self

    @property
    def calls(self) -> calls.CallLog:
        """What Cognito Sync did to other services since the first mock was switched on or `reset`, also afterwards.

        A sequence of `Call`, each with ``service``, ``operation``, ``parameters``, ``response``, ``error`` and
        ``message``, as `cogsync_mock.cognitosync.calls` describes them; ``calls.of("Publish")`` are those of one
        operation, ``calls.last`` is the latest, ``calls.clear()`` forgets them.
        Records put on streams are ``PutRecord`` (for large ones also ``PutObject``), endpoints and messages of push
        sync ``CreatePlatformEndpoint`` and ``Publish``, functions called by the SyncTrigger ``Invoke``.
        """
        return self._calls

    def stop(self) -> None:
        """Switch the mock off and put everything back as it was before the first start.

        Raises:
            RuntimeError: if it is not on.
        """
        self._require_started("stop()")
        self._starts -= 1
        if not self._starts:
            # Before moto's configuration changes: there are two kinds of Lambda.
            self._stop_playing()
        activation.remove(self.options)
        if not self._starts:
            # What was not used stays known, for `assert_faults_used`.
            faults.remove(self._faults)

    def reset(self) -> None:
        """Forget all data of all services and the faults of this mock, as at the start of a test.

        Raises:
            RuntimeError: if the mock is not on.
        """
        self._require_started("reset()")
        moto_seam.reset_all_services()
        self._stop_playing()
        faults.remove(self._faults)
        self._faults.clear()
        self._calls.clear()

    def client(
        self, service: str = "cognito-sync", *, identity_id: str | None = None, region_name: str | None = None
    ) -> Any:
        """Return a boto3 client inside the mock.

        Args:
            service: any service name that boto3 knows.
            identity_id: sign with temporary credentials of this identity instead of developer credentials.
            region_name: another region than the default one, or than the one that the identity's id names.

        Raises:
            RuntimeError: if the mock is not on.
            ValueError: if no pool has such an identity.
        """
        self._require_started("client()")
        keys: dict[str, str] = {}
        if identity_id is not None:
            credentials = issue(identity_id)
            if credentials is None:
                raise ValueError(
                    f"no identity pool has an identity {identity_id!r}: create it first with create_identity()"
                )
            keys = {
                "aws_access_key_id": credentials.access_key,
                "aws_secret_access_key": credentials.secret_key,
                "aws_session_token": credentials.session_token,
            }
            region_name = region_name or identity_id.partition(":")[0]
        return _new_client(service, region_name=region_name, **keys)

    def create_identity_pool(self, name: str = "pool", *, pool_id: str | None = None, **kwargs: Any) -> str:
        """Create an identity pool in cognito-identity.

        Args:
            name: its name, 1 to 128 characters.
            pool_id: exactly this id, ``region:hex-and-dashes``; a random one of the default region if None.
            **kwargs: further parameters of cognito-identity's CreateIdentityPool;
                AllowUnauthenticatedIdentities is False if not given.

        Returns:
            The id of the pool.

        Raises:
            RuntimeError: if the mock is not on.
            ValueError: if the id is malformed or taken.
        """
        self._require_started("create_identity_pool()")
        backend = None if pool_id is None else self._backend_of(pool_id)
        client = _new_client("cognito-identity", region_name=backend and backend.region_name)
        if backend is not None and cognitoidentity.identity_pool(backend.account_id, backend.region_name, str(pool_id)):
            raise ValueError(
                f"identity pool {pool_id!r} exists already; give another pool_id, or none for a random one"
            )
        parameters = {"IdentityPoolName": name, "AllowUnauthenticatedIdentities": False, **kwargs}
        created: str = client.create_identity_pool(**parameters)["IdentityPoolId"]
        if backend is None or pool_id is None:
            return created
        cognitoidentity.rename_identity_pool(backend.account_id, backend.region_name, created, pool_id)
        return pool_id

    def create_identity(self, pool_id: str, *, identity_id: str | None = None) -> str:
        """Create an identity in a pool.

        Args:
            pool_id: the pool.
            identity_id: exactly this id, ``region:hex-and-dashes``; a random one if None.

        Returns:
            The id of the identity.

        Raises:
            RuntimeError: if the mock is not on.
            ValueError: if there is no such pool, or the identity's id is malformed or taken.
        """
        self._require_started("create_identity()")
        backend = self._backend_of(pool_id)
        self._require_pool(backend, pool_id)
        if identity_id is not None:
            _require_id(identity_id, "identity_id")
            if cognitoidentity.pool_of_identity(identity_id) is not None:
                raise ValueError(
                    f"identity {identity_id!r} exists already; give another identity_id, or none for a random one"
                )
        return cognitoidentity.make_identity(backend.account_id, backend.region_name, pool_id, identity_id)

    def stop_streaming(self, pool_id: str, reason: str) -> None:
        """Do what AWS does when it loses a pool's stream or role: StreamingStatus DISABLED, with a DisabledReason.

        boto3 does not show the reason, in production neither, because botocore's model lacks it; the wire does.

        Raises:
            RuntimeError: if the mock is not on.
            ValueError: if there is no such pool, it has no CognitoStreams, or the reason is empty.
        """
        self._require_started("stop_streaming()")
        if not isinstance(reason, str) or not reason:
            raise ValueError(f"reason must say why streaming was stopped, not {reason!r}")
        backend = self._backend_of(pool_id)
        self._require_pool(backend, pool_id)
        backend.stop_streaming(pool_id, reason)

    def merge_identities(self, pool_id: str, source_identity_id: str, target_identity_id: str) -> list[str]:
        """Do what AWS does when the logins of two identities are linked: move the source's datasets to the target.

        They appear there as ``<dataset>.<source identity>``, are reported as MergedDatasetNames until deleted,
        and count toward the 20 that an identity may have (documented).

        Returns:
            Their new names.

        Raises:
            RuntimeError: if the mock is not on.
            ValueError: if there is no such pool, or it has not both identities, or they are the same.
        """
        self._require_started("merge_identities()")
        backend = self._backend_of(pool_id)
        self._require_pool(backend, pool_id)
        if source_identity_id == target_identity_id:
            raise ValueError(f"an identity cannot be merged with itself: {source_identity_id!r}")
        try:
            return backend.merge_identities(pool_id, source_identity_id, target_identity_id)
        except IdentityNotFound as error:
            raise ValueError(f"{error.message} in pool {pool_id!r}: create it first with create_identity()") from None

    def lambda_function(self, name_or_arn: str) -> Callable[[Handler], Handler]:
        """Have a Python callable play a Lambda function: decorate it with this.

        It is called with the event and a context, both as Lambda's runtime gives them, and what it returns must be
        JSON. The SyncTrigger finds the function by its name or ARN, and so does Lambda's own API, whose Invoke calls it
        too. A function that exists already, made by the API or a stack, is played from now on; otherwise it is made.
        It is played until the mock is switched off or reset.

        Args:
            name_or_arn: a name of 1 to 64 letters, digits, hyphens and underscores, in the default region; or an ARN.

        Raises:
            RuntimeError: if the mock is not on.
            TypeError: if what is decorated cannot be called, or is asynchronous: Lambda would not wait for it.
            ValueError: if it is no name or ARN of a function, or there is no Lambda in its region.
        """
        self._require_started("lambda_function()")
        function = FunctionName.checked(name_or_arn, _account_id(), os.environ["AWS_DEFAULT_REGION"])

        def decorate(handler: Handler) -> Handler:
            if not callable(handler) or inspect.iscoroutinefunction(handler):
                why = "which is asynchronous: Lambda would not wait for it" if callable(handler) else "which is none"
                raise TypeError(
                    f"a Lambda function is played by a plain callable (event, context), not by {handler!r}, {why}"
                )
            functions.register_handler(function, handler)
            self._functions.append((function, handler))
            return handler

        return decorate

    def add_fault(
        self,
        operation: str,
        error: str | None = None,
        *,
        times: int = 1,
        message: str | None = None,
        delay: float = 0.0,
        when: Callable[[Mapping[str, Any]], bool] | Mapping[str, Any] | None = None,
    ) -> Fault:
        """Have coming calls of an operation fail or take long. A fault that is never used fails the test.

        Args:
            operation: such as ``"SetIdentityPoolConfiguration"``.
            error: one of the errors that the operation declares, such as ``"TooManyRequestsException"``; None to only
                delay.
            times: how many requests it strikes. botocore repeats requests that fail with TooManyRequestsException,
                InternalErrorException and the like, 3 or 5 attempts in all, so that fewer go unnoticed.
            message: the error's message; a default one if None.
            delay: how long to hold the call, in seconds. A SetIdentityPoolConfiguration that is held is in progress:
                a second one of the same pool gets ConcurrentModificationException.
            when: which calls: a function of the parameters, or parameters that must be equal; None for all.

        Raises:
            RuntimeError: if the mock is not on.
            TypeError: if an argument is of the wrong type.
            ValueError: if there is no such operation, or it cannot raise that error; the message names near ones.
        """
        self._require_started("add_fault()")
        fault = Fault(operation, error, times, message, delay, when)
        self._faults.append(fault)
        faults.add(fault)
        return fault

    def assert_faults_used(self) -> None:
        """Make sure that every fault has struck as often as it was asked to.

        Raises:
            AssertionError: naming those that have not.
        """
        left = [fault for fault in self._faults if fault.used < fault.times]
        if left:
            lines = [f"{fault.operation} {fault.error or 'delay'}: {fault.used} of {fault.times}" for fault in left]
            raise AssertionError(f"faults were not used as often as asked for: {'; '.join(lines)}")

    def _stop_playing(self) -> None:
        while self._functions:
            functions.remove_handler(*self._functions.pop())

    def _require_started(self, what: str) -> None:
        if not self._starts:
            raise RuntimeError(
                f"{what} was called on a mock that is not on: call start() first, or use it as "
                "`with mock_cognito_sync() as mock:`"
            )

    def _backend_of(self, pool_id: str) -> CognitoSyncBackend:
        _require_id(pool_id, "pool_id")
        region = pool_id.partition(":")[0]
        try:
            return cognitosync_backends[_account_id()][region]
        except KeyError:
            raise ValueError(
                f"Amazon Cognito Sync does not exist in region {region!r}, which pool_id {pool_id!r} names; "
                f"it does in {', '.join(sorted(cognitosync_backends[_account_id()].regions))}"
            ) from None

    def _require_pool(self, backend: CognitoSyncBackend, pool_id: str) -> None:
        try:
            backend.get_cognito_events(pool_id)
        except IdentityPoolNotFound:
            raise ValueError(
                f"there is no identity pool {pool_id!r}: create it first with create_identity_pool()"
            ) from None


def _new_client(service: str, **kwargs: Any) -> Any:
    create: Any = boto3.client  # the stubs know one signature for each service, none for all
    return create(service, **kwargs)


def _account_id() -> str:
    return os.environ.get("MOTO_ACCOUNT_ID", DEFAULT_ACCOUNT_ID)


def _require_id(given: str, what: str) -> None:
    if not isinstance(given, str):
        raise ValueError(f"{what} must be a string, not {given!r}")  # noqa: TRY004  # one error for one mistake
    regex, maximum = _IDENTITY_ID.regex, _IDENTITY_ID.maximum
    if regex is None or maximum is None or not regex.fullmatch(given) or len(given) > maximum:
        raise ValueError(
            f"{what} must look like 'us-east-1:23ec4050-6aea-7089-a2dd-08002e1a2b3c', "
            f"at most {maximum} characters, not {given!r}"
        )
