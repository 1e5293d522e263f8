"""What is kept of logins: copies, other accounts, keys that others verify, and how it is found."""

from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from test_datasets import refusal

from cogsync_mock.cognitoidentity.credentials import identity_access_key, is_key_of_an_identity
from cogsync_mock.cognitoidentity.models import LoginsBackend, logins_backends
from cogsync_mock.cognitoidentity.openid import claims_of, published_keys
from cogsync_mock.integrations import cognitoidentity

if TYPE_CHECKING:
    from conftest import Door

    from cogsync_mock import CognitoSyncMock

ACCOUNT, REGION, OTHER = "123456789012", "us-east-1", "111111111111"
ROLE = "arn:aws:iam::123456789012:role/player"
ANN = {"graph.facebook.com": "ann"}


@pytest.fixture
def login(door: Door) -> Any:
    """A client of cognito-identity that does not sign, as SDKs' logins do not."""
    return door.client("cognito-identity", config=Config(signature_version=UNSIGNED, parameter_validation=False))


def keys_of_account(door: Door, account_id: str) -> dict[str, str]:
    role = f"arn:aws:iam::{account_id}:role/app"
    keys = door.client("sts").assume_role(RoleArn=role, RoleSessionName="app")["Credentials"]
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }


@pytest.mark.parametrize("how", ["dict", "deepcopy", "pickle"])
def test_all_that_is_kept_survives_a_copy(cognito_sync_mock: CognitoSyncMock, how: str) -> None:
    """Logins, roles, role mappings and the credentials that identities have."""
    pool_id = cognito_sync_mock.create_identity_pool(SupportedLoginProviders={"graph.facebook.com": "1"})
    client = boto3.client("cognito-identity")
    client.set_identity_pool_roles(
        IdentityPoolId=pool_id,
        Roles={"authenticated": ROLE},
        RoleMappings={"graph.facebook.com": {"Type": "Token", "AmbiguousRoleResolution": "Deny"}},
    )
    identity_id = client.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"]
    me = cognito_sync_mock.client(identity_id=identity_id)
    backend = logins_backends[ACCOUNT][REGION]
    if how == "dict":
        fresh = LoginsBackend(REGION, ACCOUNT)
        fresh.load_dict(json.loads(json.dumps(backend.to_dict())))
    else:
        fresh = copy.deepcopy(backend) if how == "deepcopy" else pickle.loads(pickle.dumps(backend))
    assert fresh.to_dict() == backend.to_dict()
    roles = client.get_identity_pool_roles(IdentityPoolId=pool_id)
    backend.reset()
    assert client.get_identity_pool_roles(IdentityPoolId=pool_id)["Roles"] == {}
    backend.load_dict(fresh.to_dict())
    roles_again = client.get_identity_pool_roles(IdentityPoolId=pool_id)
    assert (roles_again["Roles"], roles_again["RoleMappings"]) == (roles["Roles"], roles["RoleMappings"])
    assert client.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"] == identity_id
    assert me.list_datasets(IdentityPoolId=pool_id, IdentityId=identity_id)["Datasets"] == []


def test_pools_and_identities_survive_a_copy(cognito_sync_mock: CognitoSyncMock) -> None:
    """moto's own, with what tells a pool from another of its id, so that Sync's and the logins' data fit them again."""
    client = boto3.client("cognito-identity")
    pool_id = cognito_sync_mock.create_identity_pool(
        AllowUnauthenticatedIdentities=True, SupportedLoginProviders={"graph.facebook.com": "1"}, AllowClassicFlow=True
    )
    identity_id = client.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"]
    described = client.describe_identity_pool(IdentityPoolId=pool_id)
    pools = json.loads(json.dumps(cognitoidentity.pools_to_dict(ACCOUNT, REGION)))
    logins = logins_backends[ACCOUNT][REGION].to_dict()
    cognito_sync_mock.reset()
    cognito_sync_mock.create_identity_pool()
    cognitoidentity.load_pools(ACCOUNT, REGION, pools)
    logins_backends[ACCOUNT][REGION].load_dict(logins)
    again = client.describe_identity_pool(IdentityPoolId=pool_id)
    assert {**again, "ResponseMetadata": None} == {**described, "ResponseMetadata": None}
    assert client.get_id(IdentityPoolId=pool_id, Logins=ANN)["IdentityId"] == identity_id
    assert client.list_identity_pools(MaxResults=10)["IdentityPools"] == [
        {"IdentityPoolId": pool_id, "IdentityPoolName": "pool"}
    ]
    assert cognitoidentity.pools_to_dict(ACCOUNT, REGION) == pools


def test_logins_find_pools_and_identities_of_any_account(door: Door, login: Any) -> None:
    """They are not signed: the id alone says whose it is."""
    theirs = keys_of_account(door, OTHER)
    owner = door.client("cognito-identity", **theirs)
    created = owner.create_identity_pool(IdentityPoolName="theirs", AllowUnauthenticatedIdentities=True)
    pool_id = created["IdentityPoolId"]
    identity_id = login.get_id(IdentityPoolId=pool_id)["IdentityId"]
    assert login.get_open_id_token(IdentityId=identity_id)["IdentityId"] == identity_id
    keys = login.get_credentials_for_identity(IdentityId=identity_id)["Credentials"]
    me = door.client(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretKey"],
        aws_session_token=keys["SessionToken"],
    )
    where = {"IdentityPoolId": pool_id, "IdentityId": identity_id, "DatasetName": "save"}
    token = me.list_records(**where)["SyncSessionToken"]
    patch = {"Op": "replace", "Key": "k", "Value": "v", "SyncCount": 0}
    me.update_records(**where, SyncSessionToken=token, RecordPatches=[patch])
    assert door.client(**theirs).list_records(**where)["DatasetSyncCount"] == 1
    # What is signed stays within the account.
    missing = (400, "ResourceNotFoundException", f"IdentityPool '{pool_id}' not found.")
    assert refusal(door.client("cognito-identity").get_identity_pool_roles, IdentityPoolId=pool_id) == missing
    assert door.mock.client(identity_id=identity_id).list_datasets(IdentityPoolId=pool_id, IdentityId=identity_id)


def test_any_library_verifies_the_tokens(login: Any, pool_id: str) -> None:
    """With the published keys, as those of AWS."""
    jwt, jwk = pytest.importorskip("joserfc.jwt"), pytest.importorskip("joserfc.jwk")
    identity_id = login.get_id(IdentityPoolId=pool_id)["IdentityId"]
    token = login.get_open_id_token(IdentityId=identity_id)["Token"]
    keys = json.loads(json.dumps(published_keys()))
    assert {"d", "p", "q"} & set(keys["keys"][0]) == set()
    decoded = jwt.decode(token, jwk.KeySet.import_key_set(keys), algorithms=["RS512"])
    assert decoded.header["alg"] == "RS512"
    claims = decoded.claims
    assert (claims["iss"], claims["aud"]) == ("https://cognito-identity.amazonaws.com", pool_id)
    assert (claims["sub"], claims["amr"]) == (identity_id, ["unauthenticated"])
    assert claims == claims_of(token)


@pytest.mark.parametrize("change", ["signature", "claims", "cut", "letters", "empty"])
def test_a_token_that_was_changed_is_none(login: Any, pool_id: str, change: str) -> None:
    token = login.get_open_id_token(IdentityId=login.get_id(IdentityPoolId=pool_id)["IdentityId"])["Token"]
    head, claims, signature = token.split(".")
    changed = {
        "signature": f"{head}.{claims}.{signature[::-1]}",
        "claims": f"{head}.{claims[:-4]}AAAA.{signature}",
        "cut": f"{head}.{claims}",
        "letters": f"{head}.{claims}.ä",
        "empty": "",
    }[change]
    assert claims_of(changed) is None


def test_the_key_of_an_identity_bears_a_mark() -> None:
    key = identity_access_key()
    assert is_key_of_an_identity(key)
    other = "A" if key[-1] != "A" else "B"
    for foreign in (key[:-1] + other, key + "A", key[:-1], "ASIA", "", "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"):
        assert not is_key_of_an_identity(foreign)


class TestFinding:
    """The index follows moto's own list, whatever happens to that."""

    def test_identities_that_plain_moto_makes(self, cognito_sync_mock: CognitoSyncMock) -> None:
        pool_id = cognito_sync_mock.create_identity_pool()
        pools = cognitoidentity.backend_of("cognito-identity", ACCOUNT, REGION).pools_identities
        listed = pools[pool_id]["Identities"]
        assert cognitoidentity.pool_of_identity(f"{REGION}:1") is None
        listed.append({"IdentityId": f"{REGION}:1"})
        assert cognitoidentity.pool_of_identity(f"{REGION}:1") is not None
        listed.clear()
        listed.append({"IdentityId": f"{REGION}:2"})
        assert cognitoidentity.pool_of_identity(f"{REGION}:2") is not None
        pools[pool_id]["Identities"] = [{"IdentityId": f"{REGION}:3"}]
        assert cognitoidentity.pool_of_identity(f"{REGION}:2") is None
        found = cognitoidentity.pool_of_identity(f"{REGION}:3")
        assert found is not None
        assert found[:2] == (ACCOUNT, REGION)
        cognitoidentity.delete_identity_pool(ACCOUNT, REGION, pool_id)
        assert cognitoidentity.pool_of_identity(f"{REGION}:3") is None

    def test_an_identity_whose_id_names_another_region(self, cognito_sync_mock: CognitoSyncMock) -> None:
        pool_id = cognito_sync_mock.create_identity_pool()
        identity_id = cognito_sync_mock.create_identity(pool_id, identity_id="eu-west-1:7")
        found = cognitoidentity.pool_of_identity(identity_id)
        assert found is not None
        assert (found.region, found.pool.identity_pool_id) == (REGION, pool_id)
