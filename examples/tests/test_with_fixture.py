"""The mock as pytest fixtures; the marker gives them options."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from gamesync.pools import Game, Registrar, load

if TYPE_CHECKING:
    from pathlib import Path

    from cogsync_mock import CognitoSyncMock

BUSY = "ConcurrentModificationException"
THROTTLED = "TooManyRequestsException"
# A fixture may be asked for by name only: then it works in the background.
pytestmark = pytest.mark.usefixtures("cognito_sync_mock")


def refuse(session: boto3.Session, *codes: str) -> list[str | None]:
    """Refuse SetIdentityPoolConfiguration with these errors first; the list returned tells how each call fared."""
    events: Any = session.events
    headers: Any = {}
    calls: list[str | None] = []

    def answer(**_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
        code = codes[len(calls)] if len(calls) < len(codes) else None
        calls.append(code)
        return None if code is None else (AWSResponse("", 400, headers, None), {"Error": {"Code": code}})

    events.register("before-call.cognito-sync.SetIdentityPoolConfiguration", answer)
    return calls


def streaming_status(client: Any, pool_id: str) -> str:
    status: str = client.get_identity_pool_configuration(IdentityPoolId=pool_id)["CognitoStreams"]["StreamingStatus"]
    return status


def test_all_games_of_the_file_are_configured(cognito_sync_client: Any, config: Path) -> None:
    registrar = Registrar(boto3.Session())
    outcomes = [registrar.register(game) for game in load(config)]
    assert [(outcome.game, outcome.changed) for outcome in outcomes] == [("dungeon", True), ("regatta", True)]
    assert [streaming_status(cognito_sync_client, outcome.pool_id) for outcome in outcomes] == ["ENABLED", "ENABLED"]


def test_a_pool_that_exists_is_kept(cognito_sync_mock: CognitoSyncMock, dungeon: Game) -> None:
    pool_id = cognito_sync_mock.create_identity_pool(
        "dungeon", pool_id="us-east-1:00000000-0000-4000-8000-000000000001"
    )
    assert Registrar(boto3.Session()).register(dungeon).pool_id == pool_id


def test_only_the_pool_whose_streaming_aws_stopped_is_configured_again(
    cognito_sync_mock: CognitoSyncMock, cognito_sync_client: Any, config: Path
) -> None:
    registrar = Registrar(boto3.Session())
    stopped, _ = [registrar.register(game).pool_id for game in load(config)]
    cognito_sync_mock.stop_streaming(stopped, "The role gamesync-dungeon cannot be assumed")
    outcomes = [registrar.register(game) for game in load(config)]
    assert [(outcome.streaming_was_disabled, outcome.changed) for outcome in outcomes] == [(True, True), (False, False)]
    assert streaming_status(cognito_sync_client, stopped) == "ENABLED"


def test_another_platform_is_added(cognito_sync_client: Any, dungeon: Game) -> None:
    registrar = Registrar(boto3.Session())
    registrar.register(dungeon)
    outcome = registrar.register(replace(dungeon, platforms={**dungeon.platforms, "ADM": "dungeon-fire"}))
    arns = cognito_sync_client.get_identity_pool_configuration(IdentityPoolId=outcome.pool_id)["PushSync"][
        "ApplicationArns"
    ]
    assert outcome.changed
    assert [arn.partition(":app/")[2] for arn in arns] == [
        "ADM/dungeon-fire",
        "APNS/dungeon-ios",
        "GCM/dungeon-android",
    ]


def test_the_games_role_may_push_and_stream(cognito_sync_mock: CognitoSyncMock, dungeon: Game) -> None:
    Registrar(boto3.Session()).register(dungeon)
    iam = cognito_sync_mock.client("iam")
    [name] = iam.list_role_policies(RoleName="gamesync-dungeon")["PolicyNames"]
    push, put = iam.get_role_policy(RoleName="gamesync-dungeon", PolicyName=name)["PolicyDocument"]["Statement"]
    assert "arn:aws:sns:us-east-1:123456789012:endpoint/GCM/dungeon-android/*" in push["Resource"]
    assert put["Resource"] == "arn:aws:kinesis:us-east-1:123456789012:stream/dungeon-changes"


def test_a_busy_pool_and_throttling_are_waited_out(cognito_sync_client: Any, dungeon: Game) -> None:
    session = boto3.Session()
    calls = refuse(session, BUSY, THROTTLED)
    outcome = Registrar(session, pauses=(0, 0, 0)).register(dungeon)
    assert calls == [BUSY, THROTTLED, None]
    assert streaming_status(cognito_sync_client, outcome.pool_id) == "ENABLED"


def test_a_pool_that_stays_busy_is_given_up(dungeon: Game) -> None:
    session = boto3.Session()
    calls = refuse(session, BUSY, BUSY, BUSY, BUSY)
    with pytest.raises(ClientError, match=BUSY):
        Registrar(session, pauses=(0, 0)).register(dungeon)
    assert calls == [BUSY, BUSY, BUSY]


def test_an_identity_of_the_pool_may_not_read_the_configuration(
    cognito_sync_mock: CognitoSyncMock, dungeon: Game
) -> None:
    """The game's players get credentials, too; the studio's configuration is none of their business."""
    pool_id = Registrar(boto3.Session()).register(dungeon).pool_id
    player = cognito_sync_mock.client(identity_id=cognito_sync_mock.create_identity(pool_id))
    with pytest.raises(ClientError, match="NotAuthorizedException"):
        player.get_identity_pool_configuration(IdentityPoolId=pool_id)


@pytest.mark.cognito_sync_mock(region_name="eu-west-1")
def test_the_marker_gives_the_region(cognito_sync_client: Any, dungeon: Game) -> None:
    pool_id = Registrar(boto3.Session()).register(dungeon).pool_id
    assert pool_id.startswith("eu-west-1:")
    assert streaming_status(cognito_sync_client, pool_id) == "ENABLED"


@pytest.mark.cognito_sync_mock(verify_references=True)
class TestVerifiedReferences:
    """A marker on a class counts for all of its tests."""

    def test_the_tool_creates_all_that_it_refers_to(self, cognito_sync_client: Any, dungeon: Game) -> None:
        pool_id = Registrar(boto3.Session()).register(dungeon).pool_id
        assert streaming_status(cognito_sync_client, pool_id) == "ENABLED"

    def test_what_is_missing_is_named(self, cognito_sync_client: Any, dungeon: Game) -> None:
        registrar = Registrar(boto3.Session())
        pool_id = registrar.register(dungeon).pool_id
        missing = "arn:aws:iam::123456789012:role/security/push"
        with pytest.raises(cognito_sync_client.exceptions.ClientError, match=f"role {missing}$") as refused:
            registrar.register(replace(dungeon, stream="other-changes", role_arn=missing))
        assert refused.value.response["Error"]["Code"] == "InvalidParameterException"
        kept = cognito_sync_client.get_identity_pool_configuration(IdentityPoolId=pool_id)
        assert kept["CognitoStreams"]["StreamName"] == "dungeon-changes"
