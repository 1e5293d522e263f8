"""Logging in: credentials of one's own, developer identities, the basic flow, and who may then do what."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from freezegun import freeze_time
from moto import mock_aws
from moto.core import set_initial_no_auth_action_count
from programs import python
from test_datasets import refusal
from test_records import Data, error_of, put
from test_validation import VALID

from cogsync_mock import CognitoSyncServer
from cogsync_mock.cognitoidentity import credentials as identity
from cogsync_mock.cognitoidentity.openid import claims_of
from cogsync_mock.cognitosync.wire.contract import operations

if TYPE_CHECKING:
    from conftest import Door

NOT_AUTHORIZED = "NotAuthorizedException"
USER_POOL = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Game"
ROLE = "arn:aws:iam::123456789012:role/player"
INVALID_TOKEN = (403, "UnrecognizedClientException", "The security token included in the request is invalid.")
EXPIRED = (403, "ExpiredTokenException", "The security token included in the request is expired")
NO_SIGNATURE_CHECK = Config(parameter_validation=False, retries={"max_attempts": 0})


def sync_client(door: Door, credentials: dict[str, Any], **changed: Any) -> Any:
    """Return a client with the credentials of cognito-identity's or STS's answer."""
    keys = {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials.get("SecretKey") or credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }
    return door.client(**{**keys, **changed})


@pytest.fixture
def pool_id(door: Door) -> str:
    """A pool with guests and login providers of several kinds."""
    created: str = door.client("cognito-identity").create_identity_pool(
        IdentityPoolName="game",
        AllowUnauthenticatedIdentities=True,
        SupportedLoginProviders={"graph.facebook.com": "1", "accounts.google.com": "2"},
        CognitoIdentityProviders=[{"ProviderName": USER_POOL, "ClientId": "client"}],
        DeveloperProviderName="login.game",
    )["IdentityPoolId"]
    return created


@pytest.fixture
def login(door: Door) -> Any:
    """A client of cognito-identity."""
    return door.client("cognito-identity")


@pytest.fixture
def role(door: Door, pool_id: str, login: Any) -> str:
    """A role that the pool has for its authenticated identities and that may read datasets."""
    iam = door.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:*"}]}
    arn: str = iam.create_role(RoleName="player", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": ["cognito-sync:ListRecords", "cognito-sync:Reg*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName="player", PolicyName="sync", PolicyDocument=document)
    login.set_identity_pool_roles(IdentityPoolId=pool_id, Roles={"authenticated": arn})
    return arn


class TestCredentials:
    def test_every_identity_has_its_own(self, login: Any, pool_id: str) -> None:
        ids = [login.get_id(IdentityPoolId=pool_id)["IdentityId"] for _ in range(2)]
        answers = [login.get_credentials_for_identity(IdentityId=identity_id) for identity_id in (*ids, ids[0])]
        assert [answer["IdentityId"] for answer in answers] == [*ids, ids[0]]
        given = [answer["Credentials"] for answer in answers]
        assert len({credentials["AccessKeyId"] for credentials in given}) == 3
        for credentials in given:
            assert re.fullmatch("ASIA[A-Z2-7]{16}", credentials["AccessKeyId"])
            assert len(credentials["SecretKey"]) == 40
            assert len(credentials["SessionToken"]) > 300
            left = credentials["Expiration"] - dt.datetime.now(dt.timezone.utc)
            assert dt.timedelta(minutes=59) < left <= dt.timedelta(hours=1)

    def test_they_reach_only_the_identitys_own_data(self, door: Door, login: Any, pool_id: str) -> None:
        ids = [login.get_id(IdentityPoolId=pool_id)["IdentityId"] for _ in range(2)]
        client = sync_client(door, login.get_credentials_for_identity(IdentityId=ids[0])["Credentials"])
        assert Data(client, pool_id, ids[0]).update(put("a"))[0]["LastModifiedBy"] == ids[0]
        denied = (403, "NotAuthorizedException", "These credentials are not valid for accessing this resource")
        assert Data(client, pool_id, ids[1]).refused(put("a"), token="t") == denied
        assert refusal(client.get_identity_pool_configuration, IdentityPoolId=pool_id) == denied

    def test_an_identity_that_does_not_exist(self, login: Any, pool_id: str) -> None:
        assert refusal(login.get_credentials_for_identity, IdentityId=pool_id) == (
            400,
            "ResourceNotFoundException",
            f"Identity '{pool_id}' not found.",
        )
        assert refusal(login.get_open_id_token, IdentityId=pool_id)[2] == f"Identity '{pool_id}' not found."

    def test_the_session_token_belongs_to_the_key(self, door: Door, login: Any, pool_id: str, identity_id: str) -> None:
        """A program that forgets it fails here as it does in production."""
        credentials = login.get_credentials_for_identity(IdentityId=identity_id)["Credentials"]
        for wrong in (None, "AnotherToken"):
            client = sync_client(door, credentials, aws_session_token=wrong)
            assert refusal(client.list_datasets, IdentityPoolId=pool_id, IdentityId=identity_id) == INVALID_TOKEN

    def test_they_expire(self, login: Any, pool_id: str, identity_id: str, door: Door) -> None:
        if door.endpoint_url is not None:
            pytest.skip("a frozen clock stops the server's sockets, too")
        where = {"IdentityPoolId": pool_id, "IdentityId": identity_id}
        with freeze_time("2026-11-23T00:00:00Z") as clock:
            client = sync_client(door, login.get_credentials_for_identity(IdentityId=identity_id)["Credentials"])
            clock.move_to("2026-11-23T00:59:59Z")
            assert client.list_datasets(**where)["Count"] == 0
            clock.move_to("2026-11-23T01:00:00Z")
            assert refusal(client.list_datasets, **where) == EXPIRED

    def test_expired_ones_through_both_doors(self, door: Door, pool_id: str, identity_id: str, login: Any) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("cogsync_mock.cognitoidentity.logins.LIFETIME", -1.0)
            credentials = login.get_credentials_for_identity(IdentityId=identity_id)["Credentials"]
        client = sync_client(door, credentials)
        assert refusal(client.list_datasets, IdentityPoolId=pool_id, IdentityId=identity_id) == EXPIRED

    @pytest.mark.cognito_sync_mock(enforce_credentials=False)
    def test_without_enforcement_every_key_may_do_everything(
        self, door: Door, login: Any, pool_id: str, identity_id: str
    ) -> None:
        other = door.mock.create_identity(pool_id)
        credentials = login.get_credentials_for_identity(IdentityId=identity_id)["Credentials"]
        client = sync_client(door, credentials, aws_session_token="wrong")
        assert Data(client, pool_id, other).update(put("a"))[0]["SyncCount"] == 1
        assert client.describe_identity_pool_usage(IdentityPoolId=pool_id)["IdentityPoolUsage"]["DataStorage"] == 6

    def test_the_mocks_own_clients(self, door: Door, pool_id: str) -> None:
        identity_id = door.mock.create_identity(pool_id)
        keys = [door.identity_client(identity_id)._request_signer._credentials for _ in range(2)]
        assert keys[0].access_key != keys[1].access_key
        assert Data(door.identity_client(identity_id), pool_id, identity_id).update(put("a"))


class TestWhoMayCall:
    """The rules that the API's pages give for each operation: who may call it, and for whose data."""

    def code(self, client: Any, name: str, pool_id: str, identity_id: str) -> str | None:
        own = {**VALID, "IdentityPoolId": pool_id, "IdentityId": identity_id}
        parameters = {member: own[member] for member in operations()[name].input.members}
        try:
            getattr(client, operations()[name].python_name)(**parameters)
        except ClientError as error:
            return error_of(error)[1]
        return None

    @pytest.mark.parametrize("name", operations())
    def test_each_operation(self, door: Door, name: str, pool_id: str, identity_id: str) -> None:
        other_pool = door.mock.create_identity_pool()
        clients = {
            "developer": door.client(),
            "identity": door.identity_client(identity_id),
            "another identity": door.identity_client(door.mock.create_identity(pool_id)),
            "another pool's": door.identity_client(door.mock.create_identity(other_pool)),
        }
        refused = {
            who for who, client in clients.items() if self.code(client, name, pool_id, identity_id) == NOT_AUTHORIZED
        }
        identities = set(clients) - {"developer"}
        assert (
            refused
            == {
                "developer": identities,
                "identity": set(clients) - {"identity"},
                "anyone": identities - {"identity"},
            }[operations()[name].callers]
        )

    @pytest.mark.cognito_sync_mock(enforce_credentials=False)
    @pytest.mark.parametrize("name", operations())
    def test_nothing_is_refused_without_enforcement(
        self, door: Door, name: str, pool_id: str, identity_id: str
    ) -> None:
        for client in (door.client(), door.identity_client(door.mock.create_identity(pool_id))):
            assert self.code(client, name, pool_id, identity_id) != NOT_AUTHORIZED


class TestLogins:
    def test_the_same_login_is_the_same_identity(self, login: Any, pool_id: str) -> None:
        def token(subject: str, issued: int) -> str:
            claims = base64.urlsafe_b64encode(json.dumps({"sub": subject, "iat": issued}).encode()).decode()
            return f"e30.{claims.rstrip('=')}.signature"

        def identity_of(logins: dict[str, str]) -> str:
            identity_id: str = login.get_id(IdentityPoolId=pool_id, Logins=logins)["IdentityId"]
            return identity_id

        provider = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Game"
        ann = identity_of({provider: token("ann", 1)})
        assert identity_of({provider: token("ann", 2)}) == ann
        assert identity_of({provider: token("bob", 1)}) != ann
        assert identity_of({"accounts.google.com": "opaque"}) == identity_of({"accounts.google.com": "opaque"}) != ann
        # A login that comes with a known one is linked to it.
        assert identity_of({provider: token("ann", 3), "graph.facebook.com": "ann"}) == ann
        assert identity_of({"graph.facebook.com": "ann"}) == ann

    def test_without_a_login_every_call_makes_an_identity(self, login: Any, pool_id: str) -> None:
        ids = {login.get_id(IdentityPoolId=pool_id)["IdentityId"] for _ in range(2)}
        listed = login.list_identities(IdentityPoolId=pool_id, MaxResults=10)["Identities"]
        assert {identity["IdentityId"] for identity in listed} == ids

    def test_a_pool_that_does_not_exist(self, login: Any, unknown_pool_id: str) -> None:
        expected = (400, "ResourceNotFoundException", f"IdentityPool '{unknown_pool_id}' not found.")
        assert refusal(login.get_id, IdentityPoolId=unknown_pool_id) == expected
        assert refusal(login.get_identity_pool_roles, IdentityPoolId=unknown_pool_id) == expected
        nowhere = "mars-north-1:0"
        assert refusal(login.get_id, IdentityPoolId=nowhere)[2] == f"IdentityPool '{nowhere}' not found."

    def test_developer_identities_exist(self, door: Door, login: Any, pool_id: str) -> None:
        """moto gives out their ids and forgets them."""
        logins = {"login.game": "ann"}
        first = login.get_open_id_token_for_developer_identity(IdentityPoolId=pool_id, Logins=logins)
        again = login.get_open_id_token_for_developer_identity(IdentityPoolId=pool_id, Logins=logins, TokenDuration=60)
        assert first["IdentityId"] == again["IdentityId"]
        assert first["Token"] != again["Token"]
        claims = claims_of(again["Token"])
        assert claims is not None
        assert (claims["sub"], claims["aud"], claims["exp"] - claims["iat"]) == (first["IdentityId"], pool_id, 60)
        credentials = login.get_credentials_for_identity(
            IdentityId=first["IdentityId"], Logins={"cognito-identity.amazonaws.com": first["Token"]}
        )["Credentials"]
        assert Data(sync_client(door, credentials), pool_id, first["IdentityId"]).update(put("a"))

    def test_developer_identities_refused(self, login: Any, pool_id: str, identity_id: str) -> None:
        call = login.get_open_id_token_for_developer_identity
        assert refusal(call, IdentityPoolId=pool_id, Logins={})[1] == "InvalidParameterException"
        strange = refusal(call, IdentityPoolId=pool_id, IdentityId=pool_id, Logins={"login.game": "ann"})
        assert strange[1:] == ("ResourceNotFoundException", f"Identity '{pool_id}' not found.")
        call(IdentityPoolId=pool_id, IdentityId=identity_id, Logins={"login.game": "ann"})
        other = login.get_id(IdentityPoolId=pool_id)["IdentityId"]
        assert refusal(call, IdentityPoolId=pool_id, IdentityId=other, Logins={"login.game": "ann"})[1] == (
            "DeveloperUserAlreadyRegisteredException"
        )

    def test_a_token_of_ones_own_is_its_identity(self, login: Any, pool_id: str, door: Door) -> None:
        known = login.get_open_id_token_for_developer_identity(IdentityPoolId=pool_id, Logins={"login.game": "ann"})
        logins = {"cognito-identity.amazonaws.com": known["Token"], "graph.facebook.com": "ann"}
        assert login.get_id(IdentityPoolId=pool_id, Logins=logins)["IdentityId"] == known["IdentityId"]
        # What comes with it is linked.
        facebook = login.get_id(IdentityPoolId=pool_id, Logins={"graph.facebook.com": "ann"})
        assert facebook["IdentityId"] == known["IdentityId"]
        other = door.mock.create_identity_pool()
        assert refusal(login.get_id, IdentityPoolId=other, Logins=logins)[1:] == (
            NOT_AUTHORIZED,
            "Invalid login token. It is of another identity pool.",
        )

    def test_tokens_are_checked(self, login: Any, pool_id: str) -> None:
        """Anybody else's, an expired and a broken one give no credentials."""
        make = login.get_open_id_token_for_developer_identity
        ann, bob = (make(IdentityPoolId=pool_id, Logins={"login.game": name}) for name in ("ann", "bob"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("cogsync_mock.cognitoidentity.logins.DEVELOPER_TOKEN_LIFETIME", -2)
            late = make(IdentityPoolId=pool_id, Logins={"login.game": "ann"})["Token"]

        def refused(token: str) -> tuple[int, str, str]:
            answers = {
                refusal(call, IdentityId=ann["IdentityId"], Logins={"cognito-identity.amazonaws.com": token})
                for call in (login.get_credentials_for_identity, login.get_open_id_token)
            }
            (answer,) = answers
            return answer

        assert refused(bob["Token"]) == (400, NOT_AUTHORIZED, "Invalid login token. It is another identity's.")
        assert refused("rubbish") == (400, NOT_AUTHORIZED, "Invalid login token. Not a Cognito token.")
        assert refused(late)[:2] == (400, NOT_AUTHORIZED)
        assert refused(late)[2].startswith("Invalid login token. Token expired: ")

    def test_logins_of_two_identities(self, login: Any, pool_id: str) -> None:
        ids = {
            name: login.get_id(IdentityPoolId=pool_id, Logins={name: "token"})["IdentityId"]
            for name in ("graph.facebook.com", "accounts.google.com")
        }
        assert refusal(login.get_id, IdentityPoolId=pool_id, Logins=dict.fromkeys(ids, "token")) == (
            400,
            "ResourceConflictException",
            "The logins are linked to different identities",
        )
        for name, identity_id in ids.items():
            assert login.get_id(IdentityPoolId=pool_id, Logins={name: "token"})["IdentityId"] == identity_id

    def test_ids_are_of_the_pools_region(self, door: Door) -> None:
        """Logins are not signed, so only the pool's id tells it."""
        pool_id = door.mock.create_identity_pool(
            pool_id="eu-west-1:0c1ba052-e098-41fa-a76e-eaa2c125f861",
            AllowUnauthenticatedIdentities=True,
            SupportedLoginProviders={"graph.facebook.com": "1"},
        )
        login = door.client("cognito-identity", region_name="us-east-1")
        for logins in ({}, {"graph.facebook.com": "ann"}):
            assert login.get_id(IdentityPoolId=pool_id, Logins=logins)["IdentityId"].startswith("eu-west-1:")

    @pytest.mark.parametrize(
        ("operation", "body", "code"),
        [
            ("GetId", {}, "ValidationException"),
            ("GetId", [], "SerializationException"),
            ("GetId", {"IdentityPoolId": 5}, "SerializationException"),
            ("GetId", {"Logins": 5}, "SerializationException"),
            ("GetId", {"Logins": {"a": None}}, "ValidationException"),
            ("GetCredentialsForIdentity", {"CustomRoleArn": 5}, "SerializationException"),
            ("GetCredentialsForIdentity", {"IdentityId": None}, "ValidationException"),
            ("SetIdentityPoolRoles", {"Roles": ["x"]}, "SerializationException"),
            ("SetIdentityPoolRoles", {"Roles": {}, "RoleMappings": {"p": 5}}, "SerializationException"),
            ("GetOpenIdTokenForDeveloperIdentity", {"TokenDuration": "abc"}, "SerializationException"),
            ("GetOpenIdTokenForDeveloperIdentity", {"TokenDuration": 86401}, "ValidationException"),
        ],
    )
    def test_malformed_requests_change_nothing(
        self, door: Door, pool_id: str, identity_id: str, login: Any, operation: str, body: Any, code: str
    ) -> None:
        known = {"IdentityPoolId": pool_id, "IdentityId": identity_id, "Logins": {"login.game": "ann"}}
        if operation in ("GetId", "SetIdentityPoolRoles"):
            del known["IdentityId"]
        sent = {**known, **body} if body else body
        answer = post(door, "cognito-identity", f"AWSCognitoIdentityService.{operation}", json.dumps(sent))
        assert (answer.status_code, answer.json()["__type"]) == (400, code)
        assert len(login.list_identities(IdentityPoolId=pool_id, MaxResults=10)["Identities"]) == 1
        assert login.get_identity_pool_roles(IdentityPoolId=pool_id)["Roles"] == {}

    def test_a_web_token_that_nobody_can_read(self, login: Any, pool_id: str) -> None:
        deep = base64.urlsafe_b64encode(b"[" * 36_000).decode()
        for token in (f"a.{deep}.b", "a.!.b", "...", "e30.W10.x"):
            assert login.get_id(IdentityPoolId=pool_id, Logins={"graph.facebook.com": token})


def post(door: Door, service: str, target: str, body: str) -> requests.Response:
    """Send exactly this to one of the other services."""
    url = door.endpoint_url or f"https://{service}.us-east-1.amazonaws.com"
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    return requests.post(url, data=body, headers=headers, timeout=10)


class TestBasicFlow:
    def test_a_token_becomes_credentials_of_its_identity(
        self, door: Door, login: Any, pool_id: str, identity_id: str
    ) -> None:
        token = login.get_open_id_token(IdentityId=identity_id)["Token"]
        sts = door.client("sts")
        answer = sts.assume_role_with_web_identity(RoleArn=ROLE, RoleSessionName="phone", WebIdentityToken=token)
        client = sync_client(door, answer["Credentials"])
        assert Data(client, pool_id, identity_id).update(put("a"))[0]["LastModifiedBy"] == identity_id
        assert refusal(client.get_cognito_events, IdentityPoolId=pool_id)[1] == "NotAuthorizedException"

    def test_an_expired_token(self, door: Door, login: Any, identity_id: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("cogsync_mock.cognitoidentity.logins.TOKEN_LIFETIME", -2)
            token = login.get_open_id_token(IdentityId=identity_id)["Token"]
        call = door.client("sts").assume_role_with_web_identity
        status, code, message = refusal(call, RoleArn=ROLE, RoleSessionName="phone", WebIdentityToken=token)
        assert (status, code) == (400, "ExpiredTokenException")
        assert message.startswith("Token expired: current date/time ")

    @pytest.mark.parametrize(
        "change",
        [lambda token: token + "A", lambda token: token[:-2], lambda token: token[:-6] + "AAAAAA"],
        ids=["longer", "shorter", "other"],
    )
    def test_a_tampered_token(self, door: Door, login: Any, identity_id: str, change: Any) -> None:
        """It must not give more than a good one."""
        token = change(login.get_open_id_token(IdentityId=identity_id)["Token"])
        call = door.client("sts").assume_role_with_web_identity
        assert refusal(call, RoleArn=ROLE, RoleSessionName="phone", WebIdentityToken=token) == (
            400,
            "InvalidIdentityToken",
            "The ID Token provided is not a valid JWT",
        )

    def test_other_issuers_tokens_are_motos_business(self, door: Door, pool_id: str) -> None:
        """Credentials for them are no identity's."""
        for token in ("another issuer's", "né.né.né", "e30.e30.e30"):
            answer = door.client("sts").assume_role_with_web_identity(
                RoleArn=ROLE, RoleSessionName="phone", WebIdentityToken=token
            )
            assert sync_client(door, answer["Credentials"]).get_cognito_events(IdentityPoolId=pool_id)["Events"] == {}


class TestRoles:
    def test_set_and_get(self, login: Any, pool_id: str) -> None:
        """moto has neither operation."""
        assert login.get_identity_pool_roles(IdentityPoolId=pool_id)["Roles"] == {}
        roles = {"authenticated": ROLE, "unauthenticated": f"{ROLE}2"}
        mappings = {"login.game": {"Type": "Token", "AmbiguousRoleResolution": "Deny"}}
        login.set_identity_pool_roles(IdentityPoolId=pool_id, Roles=roles, RoleMappings=mappings)
        answer = login.get_identity_pool_roles(IdentityPoolId=pool_id)
        assert (answer["IdentityPoolId"], answer["Roles"], answer["RoleMappings"]) == (pool_id, roles, mappings)

    def test_credentials_are_the_roles(self, door: Door, login: Any, pool_id: str, identity_id: str) -> None:
        roles = {"authenticated": ROLE, "unauthenticated": f"{ROLE}2"}
        login.set_identity_pool_roles(IdentityPoolId=pool_id, Roles=roles)

        def role_of(**parameters: Any) -> str:
            credentials = login.get_credentials_for_identity(IdentityId=identity_id, **parameters)["Credentials"]
            keys = {"aws_access_key_id": credentials["AccessKeyId"], "aws_secret_access_key": credentials["SecretKey"]}
            sts = door.client("sts", **keys, aws_session_token=credentials["SessionToken"])
            arn: str = sts.get_caller_identity()["Arn"]
            return arn

        arn = "arn:aws:sts::123456789012:assumed-role/{}/CognitoIdentityCredentials"
        assert role_of() == arn.format("player2")
        assert role_of(Logins={"graph.facebook.com": "ann"}) == arn.format("player")
        login.set_identity_pool_roles(IdentityPoolId=pool_id, Roles={"unauthenticated": f"{ROLE}2"})
        # No other role stands in for the one that is missing.
        assert "assumed-role" not in role_of(Logins={"graph.facebook.com": "ann"})
        assert role_of(Logins={"graph.facebook.com": "ann"}, CustomRoleArn=f"{ROLE}3") == arn.format("player3")

    def test_iam_asks_for_the_role(self, door: Door, role: str, pool_id: str, identity_id: str) -> None:
        """The sentence of a denial was seen at AWS, in these very words."""
        assert role == ROLE
        client = door.identity_client(identity_id)

        @set_initial_no_auth_action_count(0)
        def calls() -> tuple[int, str, str]:
            Data(client, pool_id, identity_id).list()
            own = {"IdentityPoolId": pool_id, "IdentityId": identity_id}
            assert refusal(client.register_device, **own, Platform="GCM", Token="t")[1] == (
                "InvalidConfigurationException"
            )
            return refusal(client.list_datasets, **own)

        assert calls() == (
            403,
            "AccessDeniedException",
            (
                "User: arn:aws:sts::123456789012:assumed-role/player/CognitoIdentityCredentials is not authorized to "
                "perform: cognito-sync:ListDatasets on resource: arn:aws:cognito-sync:us-east-1:123456789012:"
                f"identitypool/{pool_id}/identity/{identity_id}/dataset/null"
            ),
        )

    def test_iam_asks_for_the_role_of_the_basic_flow(
        self, door: Door, role: str, login: Any, pool_id: str, identity_id: str
    ) -> None:
        token = login.get_open_id_token(IdentityId=identity_id)["Token"]
        answer = door.client("sts").assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="phone", WebIdentityToken=token
        )
        client = sync_client(door, answer["Credentials"])

        @set_initial_no_auth_action_count(0)
        def calls() -> tuple[int, str, str]:
            Data(client, pool_id, identity_id).list()
            return refusal(client.list_datasets, IdentityPoolId=pool_id, IdentityId=identity_id)

        assert "assumed-role/player/phone is not authorized" in calls()[2]

    def test_policies_may_use_cognitos_variables(
        self, door: Door, role: str, login: Any, pool_id: str, identity_id: str
    ) -> None:
        """As in AWS's own example of a policy for Cognito Sync."""
        own = "identitypool/${cognito-identity.amazonaws.com:aud}/identity/${cognito-identity.amazonaws.com:sub}/*"
        resource = f"arn:aws:cognito-sync:us-east-1:123456789012:{own}"
        statement = {"Effect": "Allow", "Action": "cognito-sync:*", "Resource": resource}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        door.client("iam").put_role_policy(RoleName=role.rpartition("/")[2], PolicyName="sync", PolicyDocument=document)
        client = door.identity_client(identity_id)
        call = set_initial_no_auth_action_count(0)(Data(client, pool_id, identity_id).update)
        assert call(put("a"))
        other = {"IdentityPoolId": pool_id, "IdentityId": login.get_id(IdentityPoolId=pool_id)["IdentityId"]}
        refused = set_initial_no_auth_action_count(0)(refusal)
        assert refused(client.list_datasets, **other)[1] == "AccessDeniedException"

    def test_without_a_role_nothing_is_allowed(self, door: Door, login: Any, pool_id: str, identity_id: str) -> None:
        """AWS gives no credentials at all, so nothing may pass here."""
        client = door.identity_client(identity_id)
        call = set_initial_no_auth_action_count(0)(refusal)
        where = {"IdentityPoolId": pool_id, "IdentityId": identity_id}
        status, code, message = call(client.list_datasets, **where)
        assert (status, code) == (403, "AccessDeniedException")
        assert "has no role for it: set one with SetIdentityPoolRoles" in message
        login.set_identity_pool_roles(IdentityPoolId=pool_id, Roles={"unauthenticated": f"{ROLE}-gone"})
        status, code, message = call(door.identity_client(identity_id).list_datasets, **where)
        assert (status, code) == (403, "AccessDeniedException")
        assert "assumed-role/player-gone/CognitoIdentityCredentials is not authorized to perform" in message


class TestOnAndOff:
    def test_motos_classes_are_put_back(self) -> None:
        program = """
import moto.cognitoidentity.responses as answers, moto.sts.models as sts, moto.sts.responses as tokens
from cogsync_mock import CognitoSyncServer, mock_cognito_sync
def methods():
    return [dict(vars(c)) for c in (answers.CognitoIdentityResponse, tokens.TokenResponse, sts.STSBackend)]
before = methods()
with mock_cognito_sync(), mock_cognito_sync():
    assert methods() != before
assert methods() == before
with CognitoSyncServer():
    assert methods() != before
assert methods() == before
"""
        python(program)

    def test_a_server_alone_logs_in_and_leaves_the_process_to_moto(self) -> None:
        keys = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "a"}
        with CognitoSyncServer() as server:
            client = boto3.client("cognito-identity", endpoint_url=server.endpoint_url, **keys)
            pool_id = client.create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=True)[
                "IdentityPoolId"
            ]
            identity_id = client.get_id(IdentityPoolId=pool_id)["IdentityId"]
            given = client.get_credentials_for_identity(IdentityId=identity_id)["Credentials"]
            assert given["AccessKeyId"].startswith("ASIA")
            client.set_identity_pool_roles(IdentityPoolId=pool_id, Roles={"authenticated": ROLE})
            with mock_aws():
                motos = boto3.client("cognito-identity", "us-east-1")
                given = motos.get_credentials_for_identity(IdentityId=identity_id)["Credentials"]
                assert given["AccessKeyId"] == identity.MOTO_IDENTITY_KEY
                with pytest.raises(NotImplementedError, match="set_identity_pool_roles action has not been"):
                    motos.set_identity_pool_roles(IdentityPoolId=pool_id, Roles={})

    def test_plain_moto_keeps_its_own_credentials(self) -> None:
        with mock_aws():
            client = boto3.client("cognito-identity", "us-east-1")
            pool_id = client.create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=True)[
                "IdentityPoolId"
            ]
            given = client.get_credentials_for_identity(IdentityId=pool_id)["Credentials"]
            assert given["AccessKeyId"] == identity.MOTO_IDENTITY_KEY
            with pytest.raises(ClientError) as caught:
                boto3.client(
                    "cognito-sync",
                    "us-east-1",
                    aws_access_key_id=given["AccessKeyId"],
                    aws_secret_access_key=given["SecretKey"],
                    aws_session_token=given["SessionToken"],
                ).get_identity_pool_configuration(IdentityPoolId=pool_id)
            assert error_of(caught.value)[1] == "NotAuthorizedException"

    def test_the_classes_are_where_they_are_looked_for(self) -> None:
        import importlib

        from cogsync_mock.cognitoidentity.patches import patches

        for patch in patches._patches.values():
            names = {patch.class_name, patch.former_name} - {None}
            assert not names or names & set(vars(importlib.import_module(patch.module)))
