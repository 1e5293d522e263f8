"""What the mock offers for Cognito: pools and identities, streams that stop, merges, functions without Docker."""

from __future__ import annotations

import inspect
import os
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
from moto.core.models import DEFAULT_ACCOUNT_ID

from .aws.interception import unobserved
from .cognitoidentity.logins import make_identity
from .cognitosync.effects.lambda_runner import FunctionName, functions
from .cognitosync.exceptions import IdentityNotFound, IdentityPoolNotFound
from .cognitosync.models import CognitoSyncBackend, cognitosync_backends
from .cognitosync.wire.contract import operations
from .integrations import cognitoidentity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Handler = TypeVar("Handler", bound="Callable[[Any, Any], Any]")

_IDENTITY_ID = operations()["ListDatasets"].input.members["IdentityId"]


class CognitoTools:
    """The part of the mock that knows Cognito."""

    def __init__(self) -> None:
        self._starts = 0
        self._functions: list[tuple[FunctionName, Any]] = []

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
        client = new_client("cognito-identity", region_name=backend and backend.region_name)
        if backend is not None and cognitoidentity.identity_pool(backend.account_id, backend.region_name, str(pool_id)):
            raise ValueError(
                f"identity pool {pool_id!r} exists already; give another pool_id, or none for a random one"
            )
        parameters = {"IdentityPoolName": name, "AllowUnauthenticatedIdentities": False, **kwargs}
        with unobserved():
            created: str = client.create_identity_pool(**parameters)["IdentityPoolId"]
        if backend is None or pool_id is None:
            return created
        cognitoidentity.rename_identity_pool(backend.account_id, backend.region_name, created, pool_id)
        return pool_id

    def create_identity(
        self, pool_id: str, *, identity_id: str | None = None, logins: Mapping[str, str] | None = None
    ) -> str:
        """Create an identity in a pool.

        Args:
            pool_id: the pool, of whichever account.
            identity_id: exactly this id, ``region:hex-and-dashes``; a random one if None.
            logins: a token, or any text that stands for a user, by login provider: what GetId finds it by later. Here
                the pool need not support the provider.

        Returns:
            The id of the identity.

        Raises:
            RuntimeError: if the mock is not on.
            ValueError: if there is no such pool, or the identity's id is malformed or taken, or a login is.
        """
        self._require_started("create_identity()")
        _require_id(pool_id, "pool_id")
        location = cognitoidentity.pool_of_id(pool_id)
        if location is None:
            # A region without the service is worth another sentence.
            self._backend_of(pool_id)
            raise _no_pool(pool_id)
        if identity_id is not None:
            _require_id(identity_id, "identity_id")
            if cognitoidentity.pool_of_identity(identity_id) is not None:
                raise ValueError(
                    f"identity {identity_id!r} exists already; give another identity_id, or none for a random one"
                )
        return make_identity(location, identity_id, logins)

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
        """Let a Python callable stand in for a Lambda function: decorate it with this.

        It is called with the event and a context, both as Lambda's runtime gives them, and what it returns must be
        JSON. The SyncTrigger finds the function by its name or ARN, and so does Lambda's own API, whose Invoke calls it
        too. A function that exists already, made by the API or a stack, is replaced from now on; otherwise it is made.
        It stands in until the mock is switched off or reset.

        Args:
            name_or_arn: a name of 1 to 64 letters, digits, hyphens and underscores, in the default region; or an ARN.

        Raises:
            RuntimeError: if the mock is not on.
            TypeError: if what is decorated cannot be called, or is asynchronous: Lambda would not wait for it.
            ValueError: if it is no name or ARN of a function, or there is no Lambda in its region.
        """
        self._require_started("lambda_function()")
        function = FunctionName.checked(name_or_arn, account_id(), os.environ["AWS_DEFAULT_REGION"])

        def decorate(handler: Handler) -> Handler:
            if not callable(handler) or inspect.iscoroutinefunction(handler):
                why = "which is asynchronous: Lambda would not wait for it" if callable(handler) else "which is none"
                raise TypeError(
                    f"a plain callable (event, context) stands in for a Lambda function, not {handler!r}, {why}"
                )
            functions.register_handler(function, handler)
            self._functions.append((function, handler))
            return handler

        return decorate

    def _stop_functions(self) -> None:
        while self._functions:
            functions.remove_handler(*self._functions.pop())

    def _require_started(self, what: str) -> None:
        if not self._starts:
            raise RuntimeError(
                f"{what} was called on a mock that is not on: call start() first, or use it as "
                "`with mock_aws() as mock:`"
            )

    def _backend_of(self, pool_id: str) -> CognitoSyncBackend:
        _require_id(pool_id, "pool_id")
        region = pool_id.partition(":")[0]
        try:
            return cognitosync_backends[account_id()][region]
        except KeyError:
            raise ValueError(
                f"Amazon Cognito Sync does not exist in region {region!r}, which pool_id {pool_id!r} names; "
                f"it does in {', '.join(sorted(cognitosync_backends[account_id()].regions))}"
            ) from None

    def _require_pool(self, backend: CognitoSyncBackend, pool_id: str) -> None:
        try:
            backend.get_cognito_events(pool_id)
        except IdentityPoolNotFound:
            raise _no_pool(pool_id) from None


def new_client(service: str, **kwargs: Any) -> Any:
    """Return a boto3 client of the default session."""
    create: Any = boto3.client  # the stubs know one signature for each service, none for all
    return create(service, **kwargs)


def account_id() -> str:
    """Return the account of the mock."""
    return os.environ.get("MOTO_ACCOUNT_ID", DEFAULT_ACCOUNT_ID)


def _no_pool(pool_id: str) -> ValueError:
    return ValueError(f"there is no identity pool {pool_id!r}: create it first with create_identity_pool()")


def _require_id(given: str, what: str) -> None:
    if not isinstance(given, str):
        raise ValueError(f"{what} must be a string, not {given!r}")  # noqa: TRY004  # one error for one mistake
    regex, maximum = _IDENTITY_ID.regex, _IDENTITY_ID.maximum
    if regex is None or maximum is None or not regex.fullmatch(given) or len(given) > maximum:
        raise ValueError(
            f"{what} must look like 'us-east-1:23ec4050-6aea-7089-a2dd-08002e1a2b3c', "
            f"at most {maximum} characters, not {given!r}"
        )
