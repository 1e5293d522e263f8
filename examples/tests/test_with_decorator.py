"""The mock as a decorator, of functions and classes, and as a context manager."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from gamesync.pools import Game, Registrar

from cogsync_mock import mock_cognito_sync

ACCOUNT = "123456789012"
MALFORMED_ROLE = f"arn:aws:iam:{ACCOUNT}:role/push"  # a colon is missing
MISTYPED_ROLE = f"arn:aws:iam::{ACCOUNT}:role/pushh"


def configuration(pool_id: str) -> dict[str, Any]:
    answer = boto3.client("cognito-sync").get_identity_pool_configuration(IdentityPoolId=pool_id)
    return {part: answer[part] for part in ("PushSync", "CognitoStreams") if part in answer}


def pool_names() -> list[str]:
    pools = boto3.client("cognito-identity").list_identity_pools(MaxResults=60)["IdentityPools"]
    return [pool["IdentityPoolName"] for pool in pools]


@mock_cognito_sync
def test_the_first_run_configures_the_pool(dungeon: Game) -> None:
    outcome = Registrar(boto3.Session()).register(dungeon)
    role = f"arn:aws:iam::{ACCOUNT}:role/gamesync-dungeon"
    assert outcome.changed
    assert configuration(outcome.pool_id) == {
        "PushSync": {
            "ApplicationArns": [
                f"arn:aws:sns:us-east-1:{ACCOUNT}:app/APNS/dungeon-ios",
                f"arn:aws:sns:us-east-1:{ACCOUNT}:app/GCM/dungeon-android",
            ],
            "RoleArn": role,
        },
        "CognitoStreams": {"StreamName": "dungeon-changes", "RoleArn": role, "StreamingStatus": "ENABLED"},
    }


@mock_cognito_sync
def test_the_second_run_only_looks(dungeon: Game) -> None:
    session = boto3.Session()
    first = Registrar(session).register(dungeon)
    called: list[str] = []
    session.events.register("before-call", lambda model, **_: called.append(model.name))
    second = Registrar(session).register(dungeon)
    assert (second.pool_id, second.changed) == (first.pool_id, False)
    assert "GetIdentityPoolConfiguration" in called
    assert [name for name in called if not name.startswith(("List", "Get", "Describe"))] == []


@mock_cognito_sync
def test_every_decorated_test_starts_empty() -> None:
    assert pool_names() == []


def test_a_with_block_hands_out_the_mock(dungeon: Game) -> None:
    """The mock plays AWS's part: it loses the stream."""
    with mock_cognito_sync() as mock:
        registrar = Registrar(boto3.Session())
        pool_id = registrar.register(dungeon).pool_id
        mock.stop_streaming(pool_id, "The stream dungeon-changes does not exist")
        assert configuration(pool_id)["CognitoStreams"]["StreamingStatus"] == "DISABLED"
        outcome = registrar.register(dungeon)
        assert outcome.streaming_was_disabled
        assert outcome.changed
        assert configuration(pool_id)["CognitoStreams"]["StreamingStatus"] == "ENABLED"
        assert not registrar.register(dungeon).streaming_was_disabled


@mock_cognito_sync(region_name="eu-west-1")
def test_the_region_is_an_option(dungeon: Game) -> None:
    outcome = Registrar(boto3.Session()).register(dungeon)
    assert outcome.pool_id.startswith("eu-west-1:")
    [ios, android] = configuration(outcome.pool_id)["PushSync"]["ApplicationArns"]
    assert (ios.split(":")[3], android.split(":")[3]) == ("eu-west-1", "eu-west-1")


class Base:
    """Runs the tests of a class against a game that is configured already."""

    def setup_method(self) -> None:
        self.registrar = Registrar(boto3.Session())
        self.game = Game("chess", "chess-moves", {"GCM": "chess"})
        self.pool_id = self.registrar.register(self.game).pool_id
        self.before = configuration(self.pool_id)


@mock_cognito_sync
class TestRefusals(Base):
    """A decorated class is inside the mock from before its setup until after its teardown, anew for each test."""

    def test_a_malformed_role_is_refused_and_the_old_configuration_stays(self) -> None:
        with pytest.raises(ClientError, match=r"'pushSync\.roleArn' failed to satisfy constraint") as refused:
            self.registrar.register(replace(self.game, role_arn=MALFORMED_ROLE))
        assert refused.value.response["Error"]["Code"] == "InvalidParameterException"
        assert configuration(self.pool_id) == self.before

    def test_a_role_that_does_not_exist_is_taken_unless_references_are_verified(self) -> None:
        self.registrar.register(replace(self.game, role_arn=MISTYPED_ROLE))
        assert configuration(self.pool_id)["PushSync"]["RoleArn"] == MISTYPED_ROLE


@mock_cognito_sync(verify_references=True)
class TestVerifiedReferences(Base):
    def test_what_is_missing_is_named_and_the_old_configuration_stays(self) -> None:
        with pytest.raises(ClientError, match=f"resources that do not exist: role {MISTYPED_ROLE}$") as refused:
            self.registrar.register(replace(self.game, role_arn=MISTYPED_ROLE))
        assert refused.value.response["Error"]["Code"] == "InvalidParameterException"
        assert configuration(self.pool_id) == self.before

    def test_the_studios_own_role_will_do_once_it_exists(self) -> None:
        role = boto3.client("iam").create_role(RoleName="pushh", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        assert self.registrar.register(replace(self.game, role_arn=role)).changed
        assert configuration(self.pool_id)["CognitoStreams"]["RoleArn"] == MISTYPED_ROLE
