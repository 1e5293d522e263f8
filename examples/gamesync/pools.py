"""One game at a time: make sure that everything its pool needs exists, then configure the pool if it differs."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import boto3

PUSH_ACTIONS = ["sns:CreatePlatformEndpoint", "sns:DeleteEndpoint", "sns:Publish"]
RETRIED = frozenset({"ConcurrentModificationException", "TooManyRequestsException"})


@dataclass(frozen=True)
class Game:
    """What the configuration file says of one game."""

    name: str
    stream: str
    platforms: Mapping[str, str]  # platform to name of the platform application: {"GCM": "dungeon-android"}
    role_arn: str | None = None  # without one the game gets a role of its own


@dataclass(frozen=True)
class Outcome:
    """What was found and done."""

    game: str
    pool_id: str
    changed: bool
    streaming_was_disabled: bool

    def __str__(self) -> str:
        done = "configured" if self.changed else "unchanged"
        note = ", streaming was DISABLED and is enabled again" if self.streaming_was_disabled else ""
        return f"{self.game}: {done} ({self.pool_id}){note}"


def load(path: Path) -> list[Game]:
    """Read a configuration file; a ValueError says why it is none."""
    try:
        return [Game(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))["games"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is not a list of games: {error!r}") from error


class Registrar:
    """Registers games in the account and region of a session.

    ``pauses`` are the seconds to wait before each further attempt, if a pool is busy or calls are throttled.
    """

    def __init__(
        self, session: boto3.Session, endpoint_url: str | None = None, pauses: Sequence[float] = (0.2, 0.5, 1, 2)
    ) -> None:
        create: Any = session.client
        services = ("cognito-identity", "cognito-sync", "iam", "kinesis", "sns")
        clients = [create(service, endpoint_url=endpoint_url) for service in services]
        self._identity, self._sync, self._iam, self._kinesis, self._sns = clients
        self._pauses = pauses

    def register(self, game: Game) -> Outcome:
        """Register a game; a ClientError says what AWS refused."""
        pool_id = self._pool(game.name)
        applications = sorted(self._application(platform, name) for platform, name in game.platforms.items())
        stream = self._stream(game.stream)
        own_role = f"gamesync-{game.name}"
        role = game.role_arn or self._role(own_role)
        wanted = {
            "PushSync": {"ApplicationArns": applications, "RoleArn": role},
            "CognitoStreams": {"StreamName": game.stream, "RoleArn": role, "StreamingStatus": "ENABLED"},
        }
        found = self._configuration(pool_id)
        if found != wanted:
            if role != game.role_arn:
                self._allow(own_role, applications, stream)
            self._configure(pool_id, wanted)
        disabled = found.get("CognitoStreams", {}).get("StreamingStatus") == "DISABLED"
        return Outcome(game.name, pool_id, changed=found != wanted, streaming_was_disabled=disabled)

    def _pool(self, name: str) -> str:
        pages = self._identity.get_paginator("list_identity_pools").paginate(PaginationConfig={"PageSize": 60})
        for pool in pages.search("IdentityPools[]"):
            if pool["IdentityPoolName"] == name:
                return str(pool["IdentityPoolId"])
        created = self._identity.create_identity_pool(IdentityPoolName=name, AllowUnauthenticatedIdentities=True)
        return str(created["IdentityPoolId"])

    def _application(self, platform: str, name: str) -> str:
        pages = self._sns.get_paginator("list_platform_applications").paginate()
        for arn in pages.search("PlatformApplications[].PlatformApplicationArn"):
            if arn.endswith(f":app/{platform}/{name}"):
                return str(arn)
        secret = os.environ.get(f"GAMESYNC_{platform}_CREDENTIAL")
        attributes = {"PlatformCredential": secret} if secret else {}
        created = self._sns.create_platform_application(Name=name, Platform=platform, Attributes=attributes)
        return str(created["PlatformApplicationArn"])

    def _stream(self, name: str) -> str:
        try:
            found = self._kinesis.describe_stream_summary(StreamName=name)
        except self._kinesis.exceptions.ResourceNotFoundException:
            self._kinesis.create_stream(StreamName=name, ShardCount=1)
            self._kinesis.get_waiter("stream_exists").wait(StreamName=name)
            found = self._kinesis.describe_stream_summary(StreamName=name)
        return str(found["StreamDescriptionSummary"]["StreamARN"])

    def _role(self, name: str) -> str:
        cognito_sync = {"Service": "cognito-sync.amazonaws.com"}
        trust = _policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": cognito_sync})
        try:
            found = self._iam.get_role(RoleName=name)
        except self._iam.exceptions.NoSuchEntityException:
            found = self._iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        return str(found["Role"]["Arn"])

    def _allow(self, role: str, applications: Sequence[str], stream: str) -> None:
        endpoints = [f"{arn.replace(':app/', ':endpoint/')}/*" for arn in applications]
        push = {"Effect": "Allow", "Action": PUSH_ACTIONS, "Resource": [*applications, *endpoints]}
        put = {"Effect": "Allow", "Action": "kinesis:PutRecord", "Resource": stream}
        self._iam.put_role_policy(RoleName=role, PolicyName="push-and-stream", PolicyDocument=_policy(push, put))

    def _configuration(self, pool_id: str) -> dict[str, Any]:
        found = self._sync.get_identity_pool_configuration(IdentityPoolId=pool_id)
        found.get("PushSync", {}).get("ApplicationArns", []).sort()  # their order means nothing
        return {part: found[part] for part in ("PushSync", "CognitoStreams") if part in found}

    def _configure(self, pool_id: str, wanted: Mapping[str, Any]) -> None:
        for pause in (*self._pauses, None):
            try:
                self._sync.set_identity_pool_configuration(IdentityPoolId=pool_id, **wanted)
                break
            except ClientError as error:
                if pause is None or error.response["Error"]["Code"] not in RETRIED:
                    raise
                time.sleep(pause)


def _policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
