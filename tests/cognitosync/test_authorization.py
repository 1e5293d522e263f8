"""moto's simulation of IAM for all seventeen actions, with the resources of the service authorization reference."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto.core import set_initial_no_auth_action_count
from test_records import error_of
from test_validation import VALID

from cogsync_mock.cognitosync.wire.contract import operations

if TYPE_CHECKING:
    from conftest import Door

POOL, IDENTITY, DATASET = (VALID[name] for name in ("IdentityPoolId", "IdentityId", "DatasetName"))
BASE = f"arn:aws:cognito-sync:us-east-1:123456789012:identitypool/{POOL}"
RESOURCES = {
    **dict.fromkeys(operations(), BASE),
    **dict.fromkeys(["DescribeIdentityUsage", "RegisterDevice"], f"{BASE}/identity/{IDENTITY}"),
    **dict.fromkeys(
        [
            "DeleteDataset",
            "DescribeDataset",
            "ListRecords",
            "SubscribeToDataset",
            "UnsubscribeFromDataset",
            "UpdateRecords",
        ],
        f"{BASE}/identity/{IDENTITY}/dataset/{DATASET}",
    ),
    "ListDatasets": f"{BASE}/identity/{IDENTITY}/dataset/null",
    "ListIdentityPoolUsage": BASE.replace(POOL, "*"),
}


def user(door: Door, *statements: tuple[str, str, str]) -> dict[str, str]:
    """Make a user with a policy of (effect, action, resource); return keys for a client."""
    iam = door.client("iam")
    iam.create_user(UserName="tester")
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": e, "Action": f"cognito-sync:{a}", "Resource": r} for e, a, r in statements],
    }
    iam.put_user_policy(UserName="tester", PolicyName="policy", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="tester")["AccessKey"]
    return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}


def assumed(door: Door, role: str) -> Any:
    """Return a client with the credentials of an assumed role."""
    arn = f"arn:aws:iam::123456789012:role/{role}"
    keys = door.client("sts").assume_role(RoleArn=arn, RoleSessionName="s")["Credentials"]
    return door.client(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def call(client: Any, name: str) -> tuple[int, str, str] | None:
    parameters = {member: VALID[member] for member in operations()[name].input.members}
    try:
        getattr(client, operations()[name].python_name)(**parameters)
    except ClientError as error:
        return error_of(error)
    return None


@pytest.mark.parametrize("name", operations())
def test_without_a_policy_every_action_is_denied(door: Door, name: str) -> None:
    """In JSON, with the sentence AWS was seen to use."""
    client = door.client(**user(door, ("Allow", "NothingOfThis", "*")))
    denied = set_initial_no_auth_action_count(0)(call)(client, name)
    assert denied == (
        403,
        "AccessDeniedException",
        (
            f"User: arn:aws:iam::123456789012:user/tester is not authorized to perform: cognito-sync:{name} "
            f"on resource: {RESOURCES[name]}"
        ),
    )


@pytest.mark.parametrize("name", operations())
def test_a_policy_allows_an_action_on_its_resource(door: Door, name: str) -> None:
    client = door.client(**user(door, ("Allow", name, RESOURCES[name])))
    answer = set_initial_no_auth_action_count(0)(call)(client, name)
    assert answer is None or answer[1] not in ("AccessDeniedException", "InvalidSignatureException")
    other = "BulkPublish" if name != "BulkPublish" else "GetCognitoEvents"
    denied = set_initial_no_auth_action_count(0)(call)(client, other)
    assert denied is not None
    assert denied[1] == "AccessDeniedException"


def test_an_explicit_deny_wins(door: Door) -> None:
    client = door.client(**user(door, ("Allow", "*", "*"), ("Deny", "BulkPublish", "*")))
    assert (set_initial_no_auth_action_count(0)(call)(client, "BulkPublish") or ())[1] == "AccessDeniedException"
    answer = set_initial_no_auth_action_count(0)(call)(client, "GetCognitoEvents")
    assert (answer or ())[1] == "ResourceNotFoundException"


def test_wrong_secrets_and_unknown_keys(door: Door) -> None:
    keys = user(door, ("Allow", "*", "*"))
    forged = door.client(**{**keys, "aws_secret_access_key": "wrong"})
    assert (set_initial_no_auth_action_count(0)(call)(forged, "BulkPublish") or ())[:2] == (
        403,
        "InvalidSignatureException",
    )
    unknown = door.client(aws_access_key_id="AKIAUNKNOWNUNKNOWNUN", aws_secret_access_key="x")
    assert (set_initial_no_auth_action_count(0)(call)(unknown, "BulkPublish") or ()) == (
        403,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )


def test_the_policies_of_a_stacks_role(door: Door) -> None:
    """moto's own simulation fails on them with a KeyError."""
    template = """
Resources:
  Reader:
    Type: AWS::IAM::Role
    Properties:
      RoleName: reader
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: 2012-10-17
            Statement: [{Effect: Allow, Action: "cognito-sync:Get*", Resource: "*"}]
"""
    door.client("cloudformation").create_stack(StackName="s", TemplateBody=template)
    client = assumed(door, "reader")
    asked = set_initial_no_auth_action_count(0)(call)
    assert (asked(client, "GetCognitoEvents") or ())[1] == "ResourceNotFoundException"
    assert (asked(client, "BulkPublish") or ())[1] == "AccessDeniedException"


def test_an_assumed_role_that_does_not_exist(door: Door) -> None:
    assert set_initial_no_auth_action_count(0)(call)(assumed(door, "gone"), "BulkPublish") == (
        403,
        "AccessDeniedException",
        (
            "User: arn:aws:sts::123456789012:assumed-role/gone/s is not authorized to perform: "
            f"cognito-sync:BulkPublish on resource: {BASE}"
        ),
    )


def test_switched_off_every_call_passes(door: Door) -> None:
    client = door.client(**user(door, ("Deny", "*", "*")))
    assert (call(client, "BulkPublish") or ())[1] == "ResourceNotFoundException"
