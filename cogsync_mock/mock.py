"""CognitoSyncMock: what a test holds in its hands while the mock is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from .aws import calls, operations
from .aws.faults import Fault, faults
from .cognitoidentity.logins import issue
from .mock_cognito import CognitoTools, new_client
from .options import Options
from .runtime import moto_seam
from .runtime.activation import activation

if TYPE_CHECKING:
    from .aws.faults import When


class CognitoSyncMock(CognitoTools):
    """The mock: what ``with mock_aws() as mock`` and the fixture ``aws_mock`` give.

    Args:
        options: how it behaves; as by default if None.
    """

    def __init__(self, options: Options | None = None) -> None:
        super().__init__()
        self.options = options or Options()
        self._faults: list[Fault] = []
        self._calls = calls.CallLog()
        self._refused_before = 0
        self._refused: list[BaseException] = []

    def __repr__(self) -> str:
        state = "on" if self._starts else "off"
        return f"<{type(self).__name__} {state}, {len(self._calls)} calls, {len(self._faults)} faults>"

    # ------------------------------------------------------------- on and off

    def start(self) -> CognitoSyncMock:
        """Switch the mock on. Every start needs a stop; mocks may nest and then share their data."""
        activation.add(self.options)
        self._starts += 1
        self._calls = calls.active_log()
        self._refused_before = len(self._calls.refused)
        return self

    def stop(self) -> None:
        """Switch the mock off and put everything back as it was before the first start.

        Raises:
            RuntimeError: if it is not on.
        """
        self._require_started("stop()")
        self._starts -= 1
        if not self._starts:
            # Before moto's configuration changes: there are two kinds of Lambda.
            self._stop_functions()
            self._refused = self._calls.refused[self._refused_before :]
        activation.remove(self.options)
        if not self._starts:
            # What was not used stays known, for `assert_all_faults_used`.
            faults.remove(self._faults)

    def reset(self) -> None:
        """Forget all data of all services, the faults of this mock and all calls, as at the start of a test.

        Raises:
            RuntimeError: if the mock is not on.
        """
        self._require_started("reset()")
        moto_seam.reset_all_services()
        self._stop_functions()
        faults.remove(self._faults)
        self._faults.clear()
        self._calls.clear()
        self._refused_before = 0

    # ---------------------------------------------------------------- clients

    def client(
        self,
        service: str = "cognito-sync",
        *,
        identity_id: str | None = None,
        region_name: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Return a boto3 client inside the mock.

        Args:
            service: any service name that boto3 knows.
            identity_id: sign with temporary credentials of this identity instead of developer credentials.
            region_name: another region than the default one, or than the one that the identity's id names.
            **kwargs: further arguments of ``boto3.client``, such as ``config`` and ``endpoint_url``.

        Raises:
            RuntimeError: if the mock is not on.
            TypeError: if the service's name is no text.
            ValueError: if there is no such service (the message names the nearest one), or no such identity.
        """
        self._require_started("client()")
        operations.require_service(service)
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
        return new_client(service, region_name=region_name, **keys, **kwargs)

    def resource(self, service: str, *, region_name: str | None = None, **kwargs: Any) -> Any:
        """Return a boto3 resource inside the mock, such as ``mock.resource("dynamodb")``.

        Args:
            service: a service that boto3 has resources for.
            region_name: another region than the default one.
            **kwargs: further arguments of ``boto3.resource``.

        Raises:
            RuntimeError: if the mock is not on.
            TypeError: if the service's name is no text.
            ValueError: if there is no such service; the message names the nearest one.
        """
        self._require_started("resource()")
        operations.require_service(service)
        create: Any = boto3.resource  # the stubs know one signature for each service, none for all
        return create(service, region_name=region_name, **kwargs)

    def session(self, **kwargs: Any) -> boto3.Session:
        """Return a new boto3 session inside the mock; it takes what ``boto3.Session`` takes.

        Raises:
            RuntimeError: if the mock is not on.
        """
        self._require_started("session()")
        return boto3.Session(**kwargs)

    # ----------------------------------------------------------------- faults

    def add_fault(
        self,
        operation: str,
        error: str | None = None,
        *,
        service: str = "cognito-sync",
        times: int | None = 1,
        message: str | None = None,
        status: int | None = None,
        delay: float = 0.0,
        when: When | None = None,
        after: bool = False,
    ) -> Fault:
        """Make coming requests of an operation fail or take long. A fault that is never used fails the test.

        Args:
            operation: such as ``"PutObject"``; ``"*"`` for all of the service.
            error: an error that the operation or its service declares, one of AWS's common errors (ThrottlingException,
                AccessDenied, ExpiredToken, InternalFailure, ServiceUnavailable, SlowDown ...), or the name of a failure
                of the connection: EndpointConnectionError, ConnectTimeoutError, ReadTimeoutError,
                ConnectionClosedError, IncompleteReadError (the body is cut short). None to only delay.
            service: boto3's name of the service; ``"*"`` for all.
            times: how many requests it hits, None for all. botocore repeats requests that fail for a passing reason,
                3 or 5 attempts in all, so that fewer go unnoticed.
            message: the error's message; a default one if None.
            status: an HTTP status from 400 to 599, answered with a load balancer's HTML page instead of an error.
            delay: how long to hold the call, in seconds. A SetIdentityPoolConfiguration that is held is in progress:
                a second one of the same pool gets ConcurrentModificationException.
            when: which calls: a function of the parameters, or parameters that must be equal; None for all.
            after: carry the operation out first, then lose or replace its answer.

        Returns:
            The fault: ``fault.used`` counts, ``fault.remove()`` ends it, and ``with mock.add_fault(...) as fault:``
            limits it to the block.

        Raises:
            RuntimeError: if the mock is not on.
            TypeError: if an argument is of the wrong type.
            ValueError: if there is no such service, operation or parameter, or the operation cannot raise that error;
                the message names near ones. Nothing is added then.
        """
        self._require_started("add_fault()")
        fault = Fault(
            operation,
            error,
            service=service,
            times=times,
            message=message,
            status=status,
            delay=delay,
            when=when,
            after=after,
        )
        self._faults.append(fault)
        faults.add(fault)
        return fault

    def assert_all_faults_used(self) -> None:
        """Make sure that every fault has hit as many requests as it was asked to.

        Raises:
            AssertionError: naming those that have not.
        """
        __tracebackhide__ = True
        left = [fault for fault in self._faults if not fault.closed and fault.used < (fault.times or 1)]
        if left:
            lines = [
                f"{fault.service} {fault.operation} {_what(fault)}: {fault.used} of {fault.times or 'at least 1'}"
                for fault in left
            ]
            raise AssertionError(f"faults were not used as often as asked for: {'; '.join(lines)}")

    # -------------------------------------------------------------------- log

    @property
    def calls(self) -> calls.CallLog:
        """Every AWS call of this process since the first mock was switched on or `reset`, also afterwards.

        A sequence of `Call`, in order of arrival: ``calls.of("PutObject")`` are those of one operation,
        ``calls.last`` is the latest, ``calls.assert_called("PutObject", Bucket="a")`` makes sure of one.
        What Cognito Sync does to other services stands there, too: ``calls.deliveries``.
        """
        return self._calls

    def assert_all_requests_mocked(self) -> None:
        """Make sure that no request was refused because it would have left, swallowed or not.

        Raises:
            AssertionError: naming the requests that were.
        """
        __tracebackhide__ = True
        refused = self._refused or self._calls.refused[self._refused_before :]
        if refused:
            lines = "\n".join(f"  {error}" for error in refused)
            raise AssertionError(f"requests would have left for the network and were refused:\n{lines}") from refused[0]

    def verify(self) -> None:
        """Make sure of all that the options ask for at the end of a test.

        Raises:
            AssertionError: if a request was refused, or a fault was not used, and the options do not allow it.
        """
        __tracebackhide__ = True
        if self.options.assert_all_requests_mocked:
            self.assert_all_requests_mocked()
        if self.options.assert_all_faults_used:
            self.assert_all_faults_used()


def _what(fault: Fault) -> str:
    return fault.error or (f"HTTP {fault.status}" if fault.status else "delay")


AWSMock = CognitoSyncMock
