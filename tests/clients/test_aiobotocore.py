"""aiobotocore, which sends by aiohttp, inside the process of the server and its mock."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from data import PUSH_SYNC, STREAMS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cogsync_mock import CognitoSyncMock, CognitoSyncServer

REGION = "us-east-1"

aiobotocore = pytest.importorskip("aiobotocore.session", reason="no aiobotocore here: pip install aiobotocore")


@pytest.fixture
def with_clients(cognito_sync_server: CognitoSyncServer) -> Callable[..., Any]:
    """Run a coroutine function with clients of cognito-identity and cognito-sync."""

    def run(function: Callable[[Any, Any], Awaitable[Any]]) -> Any:
        async def connected() -> Any:
            session = aiobotocore.get_session()
            arguments = {"region_name": REGION, "endpoint_url": cognito_sync_server.endpoint_url}
            async with (
                session.create_client("cognito-identity", **arguments) as identity,
                session.create_client("cognito-sync", **arguments) as sync,
            ):
                return await function(identity, sync)

        return asyncio.run(connected())

    return run


async def create_identity_pool(identity: Any) -> str:
    created = await identity.create_identity_pool(IdentityPoolName="game", AllowUnauthenticatedIdentities=True)
    pool_id: str = created["IdentityPoolId"]
    return pool_id


async def refusal(call: Awaitable[Any]) -> tuple[int, str, str]:
    """Return status, code and message of a refused call."""
    with pytest.raises(ClientError) as caught:
        await call
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def test_what_is_set_is_what_is_got(with_clients: Callable[..., Any], cognito_sync_mock: CognitoSyncMock) -> None:
    async def set_and_get(identity: Any, sync: Any) -> tuple[Any, ...]:
        pool_id = await create_identity_pool(identity)
        answer = await sync.set_identity_pool_configuration(
            IdentityPoolId=pool_id, PushSync=PUSH_SYNC, CognitoStreams=STREAMS
        )
        return pool_id, answer, await sync.get_identity_pool_configuration(IdentityPoolId=pool_id)

    pool_id, *answers = with_clients(set_and_get)
    in_process = cognito_sync_mock.client(region_name=REGION)
    answers.append(in_process.get_identity_pool_configuration(IdentityPoolId=pool_id))
    for answer in answers:
        del answer["ResponseMetadata"]
        assert answer == {"IdentityPoolId": pool_id, "PushSync": PUSH_SYNC, "CognitoStreams": STREAMS}


def test_an_unknown_pool_is_not_found(with_clients: Callable[..., Any], unknown_pool_id: str) -> None:
    async def get(_: Any, sync: Any) -> tuple[int, str, str]:
        return await refusal(sync.get_identity_pool_configuration(IdentityPoolId=unknown_pool_id))

    assert with_clients(get) == (404, "ResourceNotFoundException", f"IdentityPool '{unknown_pool_id}' not found")


def test_a_breach_of_a_constraint_is_refused(with_clients: Callable[..., Any]) -> None:
    async def set_invalid(identity: Any, sync: Any) -> tuple[int, str, str]:
        pool_id = await create_identity_pool(identity)
        streams = {"StreamingStatus": "PAUSED"}
        return await refusal(sync.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=streams))

    message = (
        "1 validation error detected: Value 'PAUSED' at 'cognitoStreams.streamingStatus' failed to satisfy "
        "constraint: Member must satisfy enum value set: [ENABLED, DISABLED]"
    )
    assert with_clients(set_invalid) == (400, "InvalidParameterException", message)
