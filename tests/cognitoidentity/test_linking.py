"""Linking, merging and what is rejected on the way, in the words that were seen at AWS."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from test_datasets import refusal
from test_records import Data, put

from cogsync_mock.cognitoidentity import settings as identity_settings

if TYPE_CHECKING:
    from conftest import Door

NOT_AUTHORIZED = "NotAuthorizedException"
FACEBOOK, GOOGLE = "graph.facebook.com", "accounts.google.com"
ANN, BOB = {FACEBOOK: "ann"}, {FACEBOOK: "bob"}
UNSIGNED_CALLS = Config(signature_version=UNSIGNED, parameter_validation=False)


def web_token(**claims: Any) -> str:
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.signature"


@pytest.fixture
def login(door: Door) -> Any:
    return door.client("cognito-identity", config=UNSIGNED_CALLS)


@pytest.fixture
def owner(door: Door) -> Any:
    return door.client("cognito-identity")


@pytest.fixture
def pool_id(owner: Any) -> str:
    created: str = owner.create_identity_pool(
        IdentityPoolName="game",
        AllowUnauthenticatedIdentities=True,
        SupportedLoginProviders={FACEBOOK: "1", GOOGLE: "2"},
        DeveloperProviderName="login.game",
    )["IdentityPoolId"]
    return created


@pytest.fixture
def guest(login: Any, pool_id: str) -> str:
    got: str = login.get_id(IdentityPoolId=pool_id)["IdentityId"]
    return got


CALLS = pytest.mark.parametrize("call", ["get_credentials_for_identity", "get_open_id_token"])


class TestLinking:
    @CALLS
    def test_a_guest_who_logs_in_keeps_the_identity(self, login: Any, pool_id: str, guest: str, call: str) -> None:
        assert getattr(login, call)(IdentityId=guest, Logins=ANN)["IdentityId"] == guest
        assert login.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"] == guest

    @CALLS
    def test_a_login_of_another_answers_that_one_and_merges(
        self, door: Door, login: Any, pool_id: str, guest: str, call: str
    ) -> None:
        known = login.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"]
        Data(door.identity_client(guest), pool_id, guest).update(put("level", "7"))
        assert getattr(login, call)(IdentityId=guest, Logins=ANN)["IdentityId"] == known
        me = Data(door.identity_client(known), pool_id, known)
        assert me.list()["MergedDatasetNames"] == [f"save.{guest}"]
        assert Data(me.client, pool_id, known, f"save.{guest}").state() == {"level": ("7", 1)}
        # A client that still names the guest is answered the same.
        assert getattr(login, call)(IdentityId=guest, Logins=ANN)["IdentityId"] == known
        assert me.list()["MergedDatasetNames"] == [f"save.{guest}"]

    def test_the_guest_that_was_merged_is_disabled(self, login: Any, owner: Any, pool_id: str, guest: str) -> None:
        known = login.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"]
        login.get_credentials_for_identity(IdentityId=guest, Logins=ANN)
        forbidden = (400, NOT_AUTHORIZED, f"Access to Identity '{guest}' is forbidden.")
        assert refusal(login.get_credentials_for_identity, IdentityId=guest) == forbidden
        assert refusal(login.get_credentials_for_identity, IdentityId=guest, Logins=BOB) == forbidden
        listed = owner.list_identities(IdentityPoolId=pool_id, MaxResults=10, HideDisabled=True)["Identities"]
        assert [identity["IdentityId"] for identity in listed] == [known]
        assert len(owner.list_identities(IdentityPoolId=pool_id, MaxResults=10)["Identities"]) == 2

    def test_logins_of_another_do_not_merge_who_has_logins(self, login: Any, pool_id: str) -> None:
        ann, bob = (login.get_id(IdentityPoolId=pool_id, Logins=who)["IdentityId"] for who in (ANN, {GOOGLE: "bob"}))
        conflict = (400, "ResourceConflictException", "The logins are linked to different identities")
        both = {**ANN, GOOGLE: "bob"}
        assert refusal(login.get_credentials_for_identity, IdentityId=ann, Logins=both) == conflict
        assert login.get_id(IdentityPoolId=pool_id, Logins={GOOGLE: "bob"})["IdentityId"] == bob

    def test_a_second_login_comes_with_a_known_one(self, login: Any, owner: Any, pool_id: str) -> None:
        ann = login.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"]
        login.get_open_id_token(IdentityId=ann, Logins={**ANN, GOOGLE: "ann"})
        assert owner.describe_identity(IdentityId=ann)["Logins"] == [FACEBOOK, GOOGLE]


class TestMadeByTheMock:
    def test_with_logins(self, door: Door, login: Any, owner: Any, pool_id: str) -> None:
        """So a test begins with a user who has logged in before."""
        identity_id = door.mock.create_identity(pool_id, logins=ANN)
        assert login.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"] == identity_id
        assert owner.describe_identity(IdentityId=identity_id)["Logins"] == [FACEBOOK]
        with pytest.raises(ValueError, match=f"these logins are identity '{identity_id}' already"):
            door.mock.create_identity(pool_id, logins=ANN)

    def test_in_a_pool_of_another_account(self, door: Door) -> None:
        keys = door.client("sts").assume_role(RoleArn="arn:aws:iam::111111111111:role/a", RoleSessionName="app")
        theirs = door.client(
            "cognito-identity",
            aws_access_key_id=keys["Credentials"]["AccessKeyId"],
            aws_secret_access_key=keys["Credentials"]["SecretAccessKey"],
            aws_session_token=keys["Credentials"]["SessionToken"],
        )
        created = theirs.create_identity_pool(IdentityPoolName="theirs", AllowUnauthenticatedIdentities=True)
        identity_id = door.mock.create_identity(created["IdentityPoolId"])
        assert theirs.describe_identity(IdentityId=identity_id)["IdentityId"] == identity_id


class TestRejected:
    @CALLS
    def test_who_has_logins_needs_one(self, login: Any, pool_id: str, call: str) -> None:
        """Seen at AWS (aws-sdk-android#2964)."""
        ann = login.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"]
        forbidden = (400, NOT_AUTHORIZED, f"Access to Identity '{ann}' is forbidden.")
        assert refusal(getattr(login, call), IdentityId=ann) == forbidden
        mismatch = "Logins don't match. Please include at least one valid login for this identity or identity pool."
        assert refusal(getattr(login, call), IdentityId=ann, Logins=BOB) == (400, NOT_AUTHORIZED, mismatch)
        assert getattr(login, call)(IdentityId=ann, Logins=ANN)["IdentityId"] == ann

    def test_guests_where_the_pool_has_none(self, door: Door, login: Any) -> None:
        """Seen at AWS (aws-sdk-android#347)."""
        pool_id = door.mock.create_identity_pool(SupportedLoginProviders={FACEBOOK: "1"})
        unsupported = (400, NOT_AUTHORIZED, "Unauthenticated access is not supported for this identity pool.")
        assert refusal(login.get_id, IdentityPoolId=pool_id) == unsupported
        identity_id = door.mock.create_identity(pool_id)
        for call in (login.get_credentials_for_identity, login.get_open_id_token):
            assert refusal(call, IdentityId=identity_id) == unsupported
        assert login.get_id(IdentityPoolId=pool_id, Logins=ANN)

    def test_providers_that_the_pool_does_not_support(self, login: Any, owner: Any, pool_id: str, guest: str) -> None:
        unsupported = (400, NOT_AUTHORIZED, "Token is not from a supported provider of this identity pool.")
        for logins in ({"api.twitter.com": "ann"}, {"login.game": "ann"}, {**ANN, "www.amazon.com": "ann"}):
            assert refusal(login.get_id, IdentityPoolId=pool_id, Logins=logins) == unsupported
            assert refusal(login.get_credentials_for_identity, IdentityId=guest, Logins=logins) == unsupported
        developer = owner.get_open_id_token_for_developer_identity
        assert refusal(developer, IdentityPoolId=pool_id, Logins={"login.other": "ann"}) == unsupported

    def test_each_kind_of_provider(self, login: Any, owner: Any) -> None:
        saml = "arn:aws:iam::123456789012:saml-provider/idp"
        pool = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Game"
        pool_id = owner.create_identity_pool(
            IdentityPoolName="all",
            AllowUnauthenticatedIdentities=False,
            OpenIdConnectProviderARNs=["arn:aws:iam::123456789012:oidc-provider/login.example.com/tenant"],
            SamlProviderARNs=[saml],
            CognitoIdentityProviders=[{"ProviderName": pool, "ClientId": "client"}],
        )["IdentityPoolId"]
        for provider in ("login.example.com/tenant", saml, pool):
            assert login.get_id(IdentityPoolId=pool_id, Logins={provider: "ann"})

    def test_tokens_that_say_themselves_that_they_are_not_good(self, login: Any, owner: Any) -> None:
        provider = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Game"
        pool_id = owner.create_identity_pool(
            IdentityPoolName="all",
            AllowUnauthenticatedIdentities=False,
            CognitoIdentityProviders=[{"ProviderName": provider, "ClientId": "client"}],
        )["IdentityPoolId"]
        good = {"sub": "ann", "iss": f"https://{provider}", "aud": "client", "exp": int(time.time()) + 60}

        def message(**changed: Any) -> str:
            answer = refusal(login.get_id, IdentityPoolId=pool_id, Logins={provider: web_token(**{**good, **changed})})
            assert answer[:2] == (400, NOT_AUTHORIZED)
            return answer[2]

        assert message(exp=1).startswith("Invalid login token. Token expired: ")
        assert message(iss="https://example.com") == "Invalid login token. Issuer doesn't match providerName"
        assert message(aud="other") == "Invalid login token. Incorrect token audience."
        assert login.get_id(IdentityPoolId=pool_id, Logins={provider: web_token(**good)})

    @pytest.mark.parametrize(
        ("operation", "member"),
        [
            ("get_id", "IdentityPoolId"),
            ("get_open_id_token", "IdentityId"),
            ("describe_identity_pool", "IdentityPoolId"),
        ],
    )
    def test_malformed_ids(self, owner: Any, operation: str, member: str) -> None:
        path = member[0].lower() + member[1:]
        constraint = "Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+"
        assert refusal(getattr(owner, operation), **{member: "no id"}) == (
            400,
            "ValidationException",
            f"1 validation error detected: Value 'no id' at '{path}' failed to satisfy constraint: {constraint}",
        )

    def test_unknown_identities(self, login: Any, pool_id: str) -> None:
        missing = (400, "ResourceNotFoundException", f"Identity '{pool_id}' not found.")
        for call in (login.get_credentials_for_identity, login.get_open_id_token):
            assert refusal(call, IdentityId=pool_id) == missing

    def test_keys_of_roles(self, owner: Any, pool_id: str) -> None:
        roles = {"guest": "arn:aws:iam::123456789012:role/guests"}
        answer = refusal(owner.set_identity_pool_roles, IdentityPoolId=pool_id, Roles=roles)
        assert answer[:2] == (400, "ValidationException")
        assert "at 'roles' failed to satisfy constraint: Map keys must satisfy constraint: [" in answer[2]
        assert "regular expression pattern: (un)?authenticated]" in answer[2]

    def test_the_classic_flow_where_it_is_off(self, login: Any, owner: Any) -> None:
        created = owner.create_identity_pool(
            IdentityPoolName="enhanced", AllowUnauthenticatedIdentities=True, AllowClassicFlow=False
        )
        assert created["AllowClassicFlow"] is False
        identity_id = login.get_id(IdentityPoolId=created["IdentityPoolId"])["IdentityId"]
        message = "Basic (classic) flow is not enabled, please use enhanced flow."
        assert refusal(login.get_open_id_token, IdentityId=identity_id) == (400, "InvalidParameterException", message)
        assert login.get_credentials_for_identity(IdentityId=identity_id)["Credentials"]

    def test_roles_that_are_missing_if_they_are_asked_for(
        self, login: Any, owner: Any, door: Door, pool_id: str, guest: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Seen at AWS; off by default."""
        assert login.get_credentials_for_identity(IdentityId=guest)["Credentials"]
        if door.endpoint_url is not None:
            pytest.skip("a server has settings of its own")
        monkeypatch.setattr(identity_settings.current, "_of_process", identity_settings.Settings(enforce_roles=True))
        message = "Invalid identity pool configuration. Check assigned IAM roles for this pool."
        missing = (400, "InvalidIdentityPoolConfigurationException", message)
        assert refusal(login.get_credentials_for_identity, IdentityId=guest) == missing
        role = "arn:aws:iam::123456789012:role/guests"
        owner.set_identity_pool_roles(IdentityPoolId=pool_id, Roles={"unauthenticated": role})
        assert login.get_credentials_for_identity(IdentityId=guest)["Credentials"]
        assert refusal(login.get_credentials_for_identity, IdentityId=guest, Logins=ANN) == missing
