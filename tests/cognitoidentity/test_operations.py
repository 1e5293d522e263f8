"""The operations of cognito-identity that moto lacks, and those that it answers otherwise."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from test_datasets import refusal
from test_linking import ANN, FACEBOOK, GOOGLE, NOT_AUTHORIZED, UNSIGNED_CALLS
from test_records import Data, put

from cogsync_mock.aws import shapes
from cogsync_mock.cognitoidentity import service
from cogsync_mock.cognitoidentity.patches import patches

if TYPE_CHECKING:
    from conftest import Door

PROVIDER = "login.game"


@pytest.fixture
def owner(door: Door) -> Any:
    return door.client("cognito-identity")


@pytest.fixture
def login(door: Door) -> Any:
    return door.client("cognito-identity", config=UNSIGNED_CALLS)


@pytest.fixture
def pool_id(owner: Any) -> str:
    created: str = owner.create_identity_pool(
        IdentityPoolName="game",
        AllowUnauthenticatedIdentities=True,
        SupportedLoginProviders={FACEBOOK: "1", GOOGLE: "2"},
        DeveloperProviderName=PROVIDER,
        IdentityPoolTags={"stage": "test"},
    )["IdentityPoolId"]
    return created


class Users:
    """Makes users of the developer provider."""

    def __init__(self, owner: Any, pool_id: str) -> None:
        self.owner, self.pool_id = owner, pool_id

    def __call__(self, name: str, identity_id: str | None = None) -> str:
        where = {"IdentityPoolId": self.pool_id, **({"IdentityId": identity_id} if identity_id else {})}
        made: str = self.owner.get_open_id_token_for_developer_identity(**where, Logins={PROVIDER: name})["IdentityId"]
        return made


@pytest.fixture
def user(owner: Any, pool_id: str) -> Users:
    return Users(owner, pool_id)


def test_every_operation_is_answered() -> None:
    """All of botocore's model; plain moto keeps its own."""
    names = {service._operation_names()[name] for name in service.handlers}
    assert names == set(shapes.model_of("cognito-identity").operation_names)
    assert patches is not None


@mock_aws
def test_plain_moto_keeps_its_own_answers() -> None:
    client = boto3.client("cognito-identity", "us-east-1")
    pool_id = client.create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=False)["IdentityPoolId"]
    assert client.get_id(IdentityPoolId=pool_id)["IdentityId"]
    with pytest.raises(NotImplementedError):
        client.describe_identity(IdentityId=pool_id)


class TestDeveloperUsers:
    def test_lookup_in_both_directions(self, owner: Any, pool_id: str, user: Users) -> None:
        identity_id = user("ann")
        user("anna", identity_id)
        lookup = owner.lookup_developer_identity
        by_user = lookup(IdentityPoolId=pool_id, DeveloperUserIdentifier="ann")
        assert (by_user["IdentityId"], by_user["DeveloperUserIdentifierList"]) == (identity_id, ["ann", "anna"])
        by_identity = lookup(IdentityPoolId=pool_id, IdentityId=identity_id)
        assert by_identity["DeveloperUserIdentifierList"] == ["ann", "anna"]
        both = lookup(IdentityPoolId=pool_id, IdentityId=identity_id, DeveloperUserIdentifier="anna")
        assert both["DeveloperUserIdentifierList"] == ["anna"]
        first = lookup(IdentityPoolId=pool_id, IdentityId=identity_id, MaxResults=1)
        second = lookup(IdentityPoolId=pool_id, IdentityId=identity_id, MaxResults=1, NextToken=first["NextToken"])
        assert (first["DeveloperUserIdentifierList"], second["DeveloperUserIdentifierList"]) == (["ann"], ["anna"])
        assert "NextToken" not in second

    def test_lookups_that_fail(self, owner: Any, pool_id: str, user: Users) -> None:
        identity_id, other = user("ann"), user("bob")
        lookup = owner.lookup_developer_identity
        assert refusal(lookup, IdentityPoolId=pool_id, IdentityId=other, DeveloperUserIdentifier="ann") == (
            400,
            "ResourceConflictException",
            "The developer user identifier is linked to another identity",
        )
        nobody = refusal(lookup, IdentityPoolId=pool_id, DeveloperUserIdentifier="eve")
        assert nobody == (400, "ResourceNotFoundException", "Developer user identifier 'eve' not found.")
        assert refusal(lookup, IdentityPoolId=pool_id)[1:] == (
            "InvalidParameterException",
            "Either IdentityId or DeveloperUserIdentifier must not be null",
        )
        unknown = f"{identity_id[:-4]}0000"
        assert refusal(lookup, IdentityPoolId=pool_id, IdentityId=unknown)[2] == f"Identity '{unknown}' not found."

    def test_merging_moves_users_and_data(self, door: Door, owner: Any, pool_id: str, user: Users) -> None:
        source, target = user("ann"), user("bob")
        Data(door.identity_client(source), pool_id, source).update(put("level", "7"))
        merge = {"IdentityPoolId": pool_id, "DeveloperProviderName": PROVIDER}
        call = owner.merge_developer_identities
        merged = call(**merge, SourceUserIdentifier="ann", DestinationUserIdentifier="bob")
        assert merged["IdentityId"] == target
        users = owner.lookup_developer_identity(IdentityPoolId=pool_id, IdentityId=target)
        assert users["DeveloperUserIdentifierList"] == ["bob", "ann"]
        assert user("ann") == target
        me = Data(door.identity_client(target), pool_id, target)
        assert me.list()["MergedDatasetNames"] == [f"save.{source}"]
        again = refusal(call, **merge, SourceUserIdentifier="ann", DestinationUserIdentifier="bob")
        assert again == (400, "InvalidParameterException", "The users are the same identity already")
        nobody = refusal(call, **merge, SourceUserIdentifier="eve", DestinationUserIdentifier="bob")
        assert nobody[1:] == ("ResourceNotFoundException", "Developer user identifier 'eve' not found.")

    def test_unlinking(self, owner: Any, pool_id: str, user: Users) -> None:
        ann, bob = user("ann"), user("bob")
        user("anna", ann)
        where = {"IdentityPoolId": pool_id, "DeveloperProviderName": PROVIDER}
        unlink = owner.unlink_developer_identity
        assert refusal(unlink, **where, IdentityId=bob, DeveloperUserIdentifier="anna")[1] == (
            "ResourceConflictException"
        )
        unlink(**where, IdentityId=ann, DeveloperUserIdentifier="anna")
        assert user("anna") not in (ann, bob)
        assert user("ann") == ann


class TestUnlinkIdentity:
    def test_an_unlinked_login_is_a_new_identity(self, login: Any, owner: Any, pool_id: str) -> None:
        logins = {**ANN, GOOGLE: "ann"}
        identity_id = login.get_id(IdentityPoolId=pool_id, Logins=logins)["IdentityId"]
        login.unlink_identity(IdentityId=identity_id, Logins=logins, LoginsToRemove=[GOOGLE])
        assert owner.describe_identity(IdentityId=identity_id)["Logins"] == [FACEBOOK]
        assert login.get_id(IdentityPoolId=pool_id, Logins={GOOGLE: "ann"})["IdentityId"] != identity_id

    def test_without_its_last_login_it_is_inaccessible(self, login: Any, pool_id: str) -> None:
        """Documented."""
        identity_id = login.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"]
        login.unlink_identity(IdentityId=identity_id, Logins=ANN, LoginsToRemove=[FACEBOOK])
        forbidden = (400, NOT_AUTHORIZED, f"Access to Identity '{identity_id}' is forbidden.")
        assert refusal(login.get_credentials_for_identity, IdentityId=identity_id) == forbidden

    def test_only_who_proves_a_login_may(self, login: Any, pool_id: str) -> None:
        identity_id = login.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"]
        eve = {"IdentityId": identity_id, "Logins": {FACEBOOK: "eve"}, "LoginsToRemove": [FACEBOOK]}
        message = "Logins don't match. Please include at least one valid login for this identity or identity pool."
        assert refusal(login.unlink_identity, **eve) == (400, NOT_AUTHORIZED, message)


class TestIdentities:
    def test_described_and_listed_with_logins_and_dates(self, login: Any, owner: Any, pool_id: str) -> None:
        guest = login.get_id(IdentityPoolId=pool_id)["IdentityId"]
        ann = login.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"]
        described = owner.describe_identity(IdentityId=ann)
        assert (described["IdentityId"], described["Logins"]) == (ann, [FACEBOOK])
        age = dt.datetime.now(dt.timezone.utc) - described["CreationDate"]
        assert dt.timedelta(0) <= age < dt.timedelta(minutes=5)
        first = owner.list_identities(IdentityPoolId=pool_id, MaxResults=1)
        second = owner.list_identities(IdentityPoolId=pool_id, MaxResults=1, NextToken=first["NextToken"])
        assert [answer["Identities"][0]["IdentityId"] for answer in (first, second)] == [guest, ann]
        assert second["Identities"][0]["Logins"] == [FACEBOOK]
        assert "NextToken" not in second
        assert refusal(owner.list_identities, IdentityPoolId=pool_id, MaxResults=1, NextToken="?") == (
            400,
            "InvalidParameterException",
            "Invalid NextToken",
        )
        limit = refusal(owner.list_identities, IdentityPoolId=pool_id, MaxResults=61)
        assert limit[1] == "ValidationException"
        assert limit[2].endswith("Member must have value less than or equal to 60")

    def test_deleted_with_their_sync_data(self, door: Door, login: Any, owner: Any, pool_id: str) -> None:
        ann = login.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"]
        Data(door.identity_client(ann), pool_id, ann).update(put("level", "7"))
        unknown = f"{ann[:-4]}0000"
        answer = owner.delete_identities(IdentityIdsToDelete=[ann, unknown])
        assert answer["UnprocessedIdentityIds"] == [{"IdentityId": unknown, "ErrorCode": "AccessDenied"}]
        missing = (400, "ResourceNotFoundException", f"Identity '{ann}' not found.")
        assert refusal(owner.describe_identity, IdentityId=ann) == missing
        assert refusal(login.get_credentials_for_identity, IdentityId=ann, Logins=ANN) == missing
        sync = door.client()
        usage = sync.describe_identity_pool_usage(IdentityPoolId=pool_id)["IdentityPoolUsage"]
        assert usage["DataStorage"] == 0
        assert login.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"] != ann
        door.mock.create_identity(pool_id, identity_id=ann)
        assert sync.list_datasets(IdentityPoolId=pool_id, IdentityId=ann)["Datasets"] == []


class TestPools:
    def test_listed_by_id_and_name_in_pages(self, owner: Any, pool_id: str) -> None:
        other = owner.create_identity_pool(IdentityPoolName="other", AllowUnauthenticatedIdentities=True)
        first = owner.list_identity_pools(MaxResults=1)
        assert first["IdentityPools"] == [{"IdentityPoolId": pool_id, "IdentityPoolName": "game"}]
        second = owner.list_identity_pools(MaxResults=1, NextToken=first["NextToken"])
        assert second["IdentityPools"][0]["IdentityPoolId"] == other["IdentityPoolId"]
        assert "NextToken" not in second

    def test_an_update_renames_and_resets_what_it_omits(self, owner: Any, pool_id: str) -> None:
        """Documented: parameters without a value get their default."""
        changed = {"IdentityPoolId": pool_id, "IdentityPoolName": "renamed", "AllowUnauthenticatedIdentities": False}
        assert owner.update_identity_pool(**changed, AllowClassicFlow=True)["AllowClassicFlow"] is True
        described = owner.describe_identity_pool(IdentityPoolId=pool_id)
        assert described["IdentityPoolName"] == "renamed"
        assert (described["SupportedLoginProviders"], described["DeveloperProviderName"]) == ({}, "")
        assert described["IdentityPoolTags"] == {"stage": "test"}
        assert "AllowClassicFlow" not in owner.update_identity_pool(**changed)

    def test_one_that_does_not_exist(self, owner: Any, unknown_pool_id: str) -> None:
        missing = (400, "ResourceNotFoundException", f"IdentityPool '{unknown_pool_id}' not found.")
        assert refusal(owner.describe_identity_pool, IdentityPoolId=unknown_pool_id) == missing
        assert refusal(owner.delete_identity_pool, IdentityPoolId=unknown_pool_id) == missing
        assert refusal(owner.list_identities, IdentityPoolId=unknown_pool_id, MaxResults=1) == missing
        update = {"IdentityPoolName": "x", "AllowUnauthenticatedIdentities": True}
        assert refusal(owner.update_identity_pool, IdentityPoolId=unknown_pool_id, **update) == missing

    def test_deleted_with_its_identities(self, login: Any, owner: Any, pool_id: str) -> None:
        guest = login.get_id(IdentityPoolId=pool_id)["IdentityId"]
        owner.delete_identity_pool(IdentityPoolId=pool_id)
        assert refusal(owner.describe_identity, IdentityId=guest)[1] == "ResourceNotFoundException"

    def test_tags(self, owner: Any, pool_id: str, unknown_pool_id: str) -> None:
        arn = f"arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{pool_id}"
        owner.tag_resource(ResourceArn=arn, Tags={"team": "blue"})
        assert owner.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"stage": "test", "team": "blue"}
        owner.untag_resource(ResourceArn=arn, TagKeys=["stage"])
        assert owner.describe_identity_pool(IdentityPoolId=pool_id)["IdentityPoolTags"] == {"team": "blue"}
        missing = refusal(owner.list_tags_for_resource, ResourceArn=arn.replace(pool_id, unknown_pool_id))
        assert missing[1:] == ("ResourceNotFoundException", f"IdentityPool '{unknown_pool_id}' not found.")
        strange = "arn:aws:s3:::bucket-of-mine"
        invalid = (400, "InvalidParameterException", f"Invalid ARN: {strange}")
        assert refusal(owner.list_tags_for_resource, ResourceArn=strange) == invalid
