"""Which role an identity gets, who it is at STS, and what policies know of it; with tokens of moto's own user pools."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.core import set_initial_no_auth_action_count
from test_datasets import refusal
from test_linking import FACEBOOK, web_token
from test_records import Data, put

if TYPE_CHECKING:
    from conftest import Door

pytest.importorskip("moto.cognitoidp.models")

ROLE = "arn:aws:iam::123456789012:role/{}"
DENIED = (400, "NotAuthorizedException", "Access denied by the role mapping of the identity pool.")


class Game:
    """A user pool, a client of it, and an identity pool whose users sign in there."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.people, self.identity = door.client("cognito-idp"), door.client("cognito-identity")
        self.users = self.people.create_user_pool(
            PoolName="people", Schema=[{"Name": "department", "AttributeDataType": "String", "Mutable": True}]
        )["UserPool"]["Id"]
        self.client = self.people.create_user_pool_client(
            UserPoolId=self.users, ClientName="web", ExplicitAuthFlows=["ADMIN_NO_SRP_AUTH"]
        )["UserPoolClient"]["ClientId"]
        self.provider = f"cognito-idp.us-east-1.amazonaws.com/{self.users}"
        self.pool_id = self.identity.create_identity_pool(
            IdentityPoolName="game",
            AllowUnauthenticatedIdentities=True,
            CognitoIdentityProviders=[{"ProviderName": self.provider, "ClientId": self.client}],
            SupportedLoginProviders={FACEBOOK: "1"},
        )["IdentityPoolId"]

    def group(self, name: str, precedence: int | None = None) -> str:
        """Make a group with a role of its own."""
        more = {} if precedence is None else {"Precedence": precedence}
        self.people.create_group(UserPoolId=self.users, GroupName=name, RoleArn=ROLE.format(name), **more)
        return name

    def sign_in(self, name: str, *groups: str, **attributes: str) -> dict[str, str]:
        """Return the tokens of a user, who is made if need be."""
        given = [{"Name": key, "Value": value} for key, value in attributes.items()]
        self.people.admin_create_user(UserPoolId=self.users, Username=name, UserAttributes=given)
        who = {"UserPoolId": self.users, "Username": name}
        self.people.admin_set_user_password(**who, Password="P2ssword!", Permanent=True)
        for group in groups:
            self.people.admin_add_user_to_group(**who, GroupName=group)
        tokens: dict[str, str] = self.people.admin_initiate_auth(
            UserPoolId=self.users,
            ClientId=self.client,
            AuthFlow="ADMIN_NO_SRP_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": "P2ssword!"},
        )["AuthenticationResult"]
        return tokens

    def map_roles(self, key: str | None = None, **mapping: Any) -> None:
        roles = {"authenticated": ROLE.format("player"), "unauthenticated": ROLE.format("guest")}
        mappings = {key or f"{self.provider}:{self.client}": mapping} if mapping else {}
        self.identity.set_identity_pool_roles(IdentityPoolId=self.pool_id, Roles=roles, RoleMappings=mappings)

    def log_in(self, logins: dict[str, str], **more: Any) -> dict[str, Any]:
        identity_id = self.identity.get_id(IdentityPoolId=self.pool_id, Logins=logins)["IdentityId"]
        answer: dict[str, Any] = self.identity.get_credentials_for_identity(
            IdentityId=identity_id, Logins=logins, **more
        )
        return answer

    def role_of(self, logins: dict[str, str], **more: Any) -> str:
        """Return the role that STS says the credentials are of."""
        keys = self.log_in(logins, **more)["Credentials"]
        arn: str = self.door.client("sts", **keys_of(keys)).get_caller_identity()["Arn"]
        prefix, role, session = arn.split("/")
        assert (prefix, session) == ("arn:aws:sts::123456789012:assumed-role", "CognitoIdentityCredentials")
        return role


def keys_of(keys: dict[str, Any]) -> dict[str, str]:
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretKey"],
        "aws_session_token": keys["SessionToken"],
    }


@pytest.fixture
def game(door: Door) -> Game:
    return Game(door)


class TestUserPools:
    def test_a_user_signs_in_and_syncs(self, game: Game) -> None:
        logins = {game.provider: game.sign_in("ann")["IdToken"]}
        answer = game.log_in(logins)
        identity_id = answer["IdentityId"]
        client = game.door.client(**keys_of(answer["Credentials"]))
        assert Data(client, game.pool_id, identity_id).update(put("level", "7"))[0]["LastModifiedBy"] == identity_id
        assert game.identity.describe_identity(IdentityId=identity_id)["Logins"] == [game.provider]

    def test_the_same_user_again_and_another(self, game: Game) -> None:
        ann, bob = ({game.provider: game.sign_in(name)["IdToken"]} for name in ("ann", "bob"))
        assert game.log_in(ann)["IdentityId"] == game.log_in(ann)["IdentityId"] != game.log_in(bob)["IdentityId"]

    def test_an_access_token_is_no_login(self, game: Game) -> None:
        logins = {game.provider: game.sign_in("ann")["AccessToken"]}
        message = "Invalid login token. Not a valid OpenId Connect identity token."
        expected = (400, "NotAuthorizedException", message)
        assert refusal(game.identity.get_id, IdentityPoolId=game.pool_id, Logins=logins) == expected


class TestMapping:
    def test_without_one_the_two_roles_of_the_pool(self, game: Game) -> None:
        game.map_roles()
        assert game.role_of({game.provider: game.sign_in("ann")["IdToken"]}) == "player"
        guest = game.identity.get_id(IdentityPoolId=game.pool_id)["IdentityId"]
        keys = game.identity.get_credentials_for_identity(IdentityId=guest)["Credentials"]
        arn = game.door.client("sts", **keys_of(keys)).get_caller_identity()["Arn"]
        assert arn == "arn:aws:sts::123456789012:assumed-role/guest/CognitoIdentityCredentials"

    def test_the_groups_in_the_token(self, game: Game) -> None:
        admins, mods = game.group("admins", 1), game.group("mods", 5)
        game.map_roles(Type="Token", AmbiguousRoleResolution="Deny")
        assert game.role_of({game.provider: game.sign_in("ann", mods)["IdToken"]}) == "mods"
        both = {game.provider: game.sign_in("bob", mods, admins)["IdToken"]}
        assert game.role_of(both) == "admins"
        assert game.role_of(both, CustomRoleArn=ROLE.format("mods")) == "mods"
        identity_id = game.log_in(both)["IdentityId"]
        credentials = game.identity.get_credentials_for_identity
        foreign = ROLE.format("root")
        assert refusal(credentials, IdentityId=identity_id, Logins=both, CustomRoleArn=foreign) == DENIED

    @pytest.mark.parametrize("resolution", ["AuthenticatedRole", "Deny"])
    def test_what_the_token_leaves_open(self, game: Game, resolution: str) -> None:
        first, second = game.group("one", 1), game.group("two", 1)
        game.map_roles(Type="Token", AmbiguousRoleResolution=resolution)
        for groups in ((), (first, second)):
            logins = {game.provider: game.sign_in(f"user{len(groups)}", *groups)["IdToken"]}
            if resolution == "AuthenticatedRole":
                assert game.role_of(logins) == "player"
                continue
            identity_id = game.identity.get_id(IdentityPoolId=game.pool_id, Logins=logins)["IdentityId"]
            credentials = game.identity.get_credentials_for_identity
            assert refusal(credentials, IdentityId=identity_id, Logins=logins) == DENIED

    @pytest.mark.parametrize(
        ("match", "value", "department", "expected"),
        [
            ("Equals", "ops", "ops", "rule"),
            ("Equals", "ops", "devops", "player"),
            ("Contains", "ops", "devops", "rule"),
            ("StartsWith", "dev", "devops", "rule"),
            ("StartsWith", "ops", "devops", "player"),
            ("NotEqual", "ops", "devops", "rule"),
            ("NotEqual", "ops", "ops", "player"),
        ],
    )
    def test_rules(self, game: Game, match: str, value: str, department: str, expected: str) -> None:
        rule = {"Claim": "custom:department", "MatchType": match, "Value": value, "RoleARN": ROLE.format("rule")}
        game.map_roles(Type="Rules", AmbiguousRoleResolution="AuthenticatedRole", RulesConfiguration={"Rules": [rule]})
        tokens = game.sign_in("ann", **{"custom:department": department})
        assert game.role_of({game.provider: tokens["IdToken"]}) == expected

    def test_the_first_rule_that_matches(self, game: Game) -> None:
        rules = [
            {"Claim": "missing", "MatchType": "NotEqual", "Value": "x", "RoleARN": ROLE.format("none")},
            {"Claim": "email", "MatchType": "Contains", "Value": "@", "RoleARN": ROLE.format("first")},
            {"Claim": "email", "MatchType": "Contains", "Value": "@", "RoleARN": ROLE.format("second")},
        ]
        game.map_roles(FACEBOOK, Type="Rules", AmbiguousRoleResolution="Deny", RulesConfiguration={"Rules": rules})
        assert game.role_of({FACEBOOK: web_token(sub="ann", email="ann@example.com")}) == "first"

    def test_what_a_mapping_needs(self, game: Game) -> None:
        """Documented."""
        call, roles = game.identity.set_identity_pool_roles, {"IdentityPoolId": game.pool_id, "Roles": {}}
        message = "AmbiguousRoleResolution is required for role mapping 'p' of type Token"
        assert refusal(call, **roles, RoleMappings={"p": {"Type": "Token"}}) == (
            400,
            "InvalidParameterException",
            message,
        )
        rules = {"Type": "Rules", "AmbiguousRoleResolution": "Deny"}
        assert refusal(call, **roles, RoleMappings={"p": rules})[2].startswith("RulesConfiguration is required")


class TestPrincipalTags:
    def test_set_and_get(self, game: Game) -> None:
        where = {"IdentityPoolId": game.pool_id, "IdentityProviderName": game.provider}
        assert game.identity.get_principal_tag_attribute_map(**where)["PrincipalTags"] == {}
        answer = game.identity.set_principal_tag_attribute_map(**where, PrincipalTags={"team": "custom:department"})
        assert (answer["PrincipalTags"], answer["UseDefaults"]) == ({"team": "custom:department"}, False)
        answer = game.identity.set_principal_tag_attribute_map(**where, UseDefaults=True)
        assert answer["PrincipalTags"] == {"username": "sub", "client": "aud"}

    def test_policies_may_name_them(self, game: Game) -> None:
        """A player reads the dataset of the own team, and no other."""
        iam = game.door.client("iam")
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:*"}]}
        iam.create_role(RoleName="player", AssumeRolePolicyDocument=json.dumps(trust))
        dataset = "arn:aws:cognito-sync:*:*:identitypool/*/identity/*/dataset/${aws:PrincipalTag/team}"
        allowed = {"Effect": "Allow", "Action": "cognito-sync:ListRecords", "Resource": dataset}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam.put_role_policy(RoleName="player", PolicyName="own", PolicyDocument=document)
        where = {"IdentityPoolId": game.pool_id, "IdentityProviderName": game.provider}
        game.identity.set_principal_tag_attribute_map(**where, PrincipalTags={"team": "custom:department"})
        game.map_roles()
        answer = game.log_in({game.provider: game.sign_in("ann", **{"custom:department": "blue"})["IdToken"]})
        client = game.door.client(**keys_of(answer["Credentials"]))
        mine = {"IdentityPoolId": game.pool_id, "IdentityId": answer["IdentityId"]}

        @set_initial_no_auth_action_count(0)
        def calls() -> str:
            assert client.list_records(**mine, DatasetName="blue")["Records"] == []
            return refusal(client.list_records, **mine, DatasetName="red")[1]

        assert calls() == "AccessDeniedException"

    def test_a_developers_token_brings_them(self, game: Game) -> None:
        game.identity.update_identity_pool(
            IdentityPoolId=game.pool_id,
            IdentityPoolName="game",
            AllowUnauthenticatedIdentities=True,
            DeveloperProviderName="login.game",
        )
        answer = game.identity.get_open_id_token_for_developer_identity(
            IdentityPoolId=game.pool_id, Logins={"login.game": "ann"}, PrincipalTags={"team": "blue"}
        )
        from cogsync_mock.cognitoidentity.openid import claims_of, tags_of

        assert tags_of(claims_of(answer["Token"]) or {}) == {"team": ["blue"]}
