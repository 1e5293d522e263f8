"""A state with all kinds of data in two accounts and two regions, made by clients alone, for any endpoint."""

from __future__ import annotations

from typing import Any

import boto3
from data import PUSH_SYNC, STREAM_ROLE, STREAMS

ACCOUNT, OTHER_ACCOUNT = "123456789012", "111122223333"
REGION, OTHER_REGION = "us-east-1", "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/player"
FACEBOOK, DEVELOPER = "graph.facebook.com", "login.game"
EVENTS = {"SyncTrigger": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:referee"}


class RichState:
    """Makes the state, and looks at it.

    Args:
        endpoint_url: of a server, None for the mock in process.
    """

    def __init__(self, endpoint_url: str | None = None) -> None:
        self.endpoint_url = endpoint_url
        self.keys: dict[str, str] = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}

    def client(self, service: str, region: str = REGION, **keys: str) -> Any:
        return boto3.client(service, endpoint_url=self.endpoint_url, region_name=region, **(keys or self.keys))

    def make(self) -> None:
        """Make all of it."""
        self.pool_id = self._pool()
        identity = self.client("cognito-identity")
        self.guest = identity.get_id(IdentityPoolId=self.pool_id)["IdentityId"]
        self.player, self.former = self.user("ann"), self.user("ann-of-old")
        self.write(self.former, "save", "old", "1")
        identity.merge_developer_identities(
            IdentityPoolId=self.pool_id,
            DeveloperProviderName=DEVELOPER,
            SourceUserIdentifier="ann-of-old",
            DestinationUserIdentifier="ann",
        )
        # Without a role of the pool, so that the keys are the mock's own and not those of STS.
        given = identity.get_credentials_for_identity(IdentityId=self.guest)["Credentials"]
        self.guest_keys = {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretKey"],
            "aws_session_token": given["SessionToken"],
        }
        self._roles(identity)
        self._sync()
        self._elsewhere()

    def _pool(self) -> str:
        created: str = self.client("cognito-identity").create_identity_pool(
            IdentityPoolName="game of games",
            AllowUnauthenticatedIdentities=True,
            AllowClassicFlow=True,
            SupportedLoginProviders={FACEBOOK: "1"},
            DeveloperProviderName=DEVELOPER,
            OpenIdConnectProviderARNs=[f"arn:aws:iam::{ACCOUNT}:oidc-provider/id.game"],
            SamlProviderARNs=[f"arn:aws:iam::{ACCOUNT}:saml-provider/game"],
            CognitoIdentityProviders=[
                {
                    "ProviderName": f"cognito-idp.{REGION}.amazonaws.com/{REGION}_a",
                    "ClientId": "client",
                    "ServerSideTokenCheck": True,
                }
            ],
            IdentityPoolTags={"stage": "test"},
        )["IdentityPoolId"]
        return created

    def user(self, name: str) -> str:
        """Log a user of the developer's in; return the identity."""
        got: str = self.client("cognito-identity").get_open_id_token_for_developer_identity(
            IdentityPoolId=self.pool_id, Logins={DEVELOPER: name}
        )["IdentityId"]
        return got

    def _roles(self, identity: Any) -> None:
        rule = {"Claim": "level", "MatchType": "Equals", "Value": "9", "RoleARN": ROLE}
        identity.set_identity_pool_roles(
            IdentityPoolId=self.pool_id,
            Roles={"authenticated": ROLE},
            RoleMappings={
                FACEBOOK: {
                    "Type": "Rules",
                    "AmbiguousRoleResolution": "Deny",
                    "RulesConfiguration": {"Rules": [rule]},
                }
            },
        )
        identity.set_principal_tag_attribute_map(
            IdentityPoolId=self.pool_id, IdentityProviderName=FACEBOOK, PrincipalTags={"level": "level"}
        )

    def _sync(self) -> None:
        self.client("sns").create_platform_application(
            Name="game", Platform="GCM", Attributes={"PlatformCredential": "key"}
        )
        self.client("kinesis").create_stream(StreamName="changes", ShardCount=1)
        client, pool = self.client("cognito-sync"), {"IdentityPoolId": self.pool_id}
        client.set_identity_pool_configuration(**pool, PushSync=PUSH_SYNC, CognitoStreams=STREAMS)
        self.write(self.guest, "save", "level", "7")
        self.write(self.guest, "save", "name", "Ä☃")
        self.write(self.guest, "save", "level", None, count=1)
        self.write(self.guest, "gone", "k", "v")
        client.delete_dataset(**pool, IdentityId=self.guest, DatasetName="gone")
        where = {**pool, "IdentityId": self.guest}
        me = self.client("cognito-sync", **self.guest_keys)
        device = me.register_device(**where, Platform="GCM", Token="token")["DeviceId"]
        me.subscribe_to_dataset(**where, DatasetName="save", DeviceId=device)
        client.bulk_publish(**pool)
        client.set_cognito_events(**pool, Events=EVENTS)

    def _elsewhere(self) -> None:
        """Make a pool in another region, whose stream has failed, and one in another account."""
        identity, sync = self.client("cognito-identity", OTHER_REGION), self.client("cognito-sync", OTHER_REGION)
        self.other_pool_id = identity.create_identity_pool(
            IdentityPoolName="other", AllowUnauthenticatedIdentities=False
        )["IdentityPoolId"]
        pool = {"IdentityPoolId": self.other_pool_id}
        stopped = {"StreamName": "none", "RoleArn": STREAM_ROLE, "StreamingStatus": "DISABLED"}
        sync.set_identity_pool_configuration(**pool, CognitoStreams=stopped)
        sync.bulk_publish(**pool)
        assumed = self.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{OTHER_ACCOUNT}:role/admin", RoleSessionName="test"
        )["Credentials"]
        keys = {
            "aws_access_key_id": assumed["AccessKeyId"],
            "aws_secret_access_key": assumed["SecretAccessKey"],
            "aws_session_token": assumed["SessionToken"],
        }
        self.client("cognito-identity", **keys).create_identity_pool(
            IdentityPoolName="theirs", AllowUnauthenticatedIdentities=False
        )

    def write(
        self, identity_id: str, dataset: str, key: str, value: str | None, *, count: int = 0, **keys: str
    ) -> dict[str, Any]:
        """Write one record; return it."""
        client = self.client("cognito-sync", **keys)
        where = {"IdentityPoolId": self.pool_id, "IdentityId": identity_id, "DatasetName": dataset}
        token = client.list_records(**where)["SyncSessionToken"]
        patch: dict[str, Any] = {"Op": "replace" if value else "remove", "Key": key, "SyncCount": count}
        patch.update({"Value": value} if value else {})
        written = client.update_records(**where, SyncSessionToken=token, RecordPatches=[patch])["Records"]
        return dict(written[0])

    def seen(self) -> list[Any]:
        """Return all that clients can see, but for what is new with each look."""
        sync, identity = self.client("cognito-sync"), self.client("cognito-identity")
        pool = {"IdentityPoolId": self.pool_id}
        answers = [
            identity.describe_identity_pool(**pool),
            identity.get_identity_pool_roles(**pool),
            identity.get_principal_tag_attribute_map(**pool, IdentityProviderName=FACEBOOK),
            identity.list_identities(**pool, MaxResults=60),
            identity.lookup_developer_identity(**pool, DeveloperUserIdentifier="ann-of-old"),
            sync.get_identity_pool_configuration(**pool),
            sync.get_cognito_events(**pool),
            sync.get_bulk_publish_details(**pool),
            sync.describe_identity_pool_usage(**pool),
            self.client("cognito-sync", OTHER_REGION).get_bulk_publish_details(IdentityPoolId=self.other_pool_id),
        ]
        for identity_id in (self.guest, self.player, self.former):
            where = {**pool, "IdentityId": identity_id}
            answers += [sync.describe_identity_usage(**where), sync.list_datasets(**where)]
        for identity_id, name in (
            (self.guest, "save"),
            (self.guest, "gone"),
            (self.player, "save"),
            (self.player, f"save.{self.former}"),
        ):
            answers.append(sync.list_records(**pool, IdentityId=identity_id, DatasetName=name))
        for answer in answers:
            answer.pop("ResponseMetadata")
            answer.pop("SyncSessionToken", None)
            answer.get("IdentityPoolUsage", {}).pop("SyncSessionsCount", None)
        return answers
