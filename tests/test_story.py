"""The whole story, as an application lives it: a stack, a login, two devices, and everybody who hears of a change.

Only AWS's own API is used, through boto3, in process and through the server; but for the Python callable that plays the
stack's function, and for what SNS has sent, which no API of AWS's tells.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.core import set_initial_no_auth_action_count
from test_datasets import refusal
from test_kinesis_stream import on_stream
from test_logins import sync_client
from test_push_sync import pushed
from test_records import Data, put

if TYPE_CHECKING:
    from conftest import Door

PROVIDER = "login.game"


def stack(application: str) -> str:
    """Return the template of the game's backend."""

    def role(*statements: dict[str, Any]) -> dict[str, Any]:
        trust = {"Effect": "Allow", "Principal": "*", "Action": "sts:*"}
        policy = {"PolicyName": "allowed", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}
        document = {"Version": "2012-10-17", "Statement": [trust]}
        return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document, "Policies": [policy]}}

    def arn_of(resource: str) -> dict[str, Any]:
        return {"Fn::GetAtt": [resource, "Arn"]}

    pool = {
        "AllowUnauthenticatedIdentities": False,
        "DeveloperProviderName": PROVIDER,
        "CognitoStreams": {
            "StreamName": {"Ref": "Changes"},
            "RoleArn": arn_of("ServiceRole"),
            "StreamingStatus": "ENABLED",
        },
        "PushSync": {"ApplicationArns": [application], "RoleArn": arn_of("ServiceRole")},
        "CognitoEvents": {"SyncTrigger": arn_of("Referee")},
    }
    function = {
        "FunctionName": "referee",
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": arn_of("ServiceRole"),
        "Code": {"ZipFile": "def handler(event, context): ..."},
    }
    roles = {"IdentityPoolId": {"Ref": "Pool"}, "Roles": {"authenticated": arn_of("PlayerRole")}}
    return json.dumps(
        {
            "Resources": {
                "ServiceRole": role({"Effect": "Allow", "Action": ["kinesis:PutRecord", "sns:*"], "Resource": "*"}),
                "PlayerRole": role({"Effect": "Allow", "Action": "cognito-sync:*", "Resource": "*"}),
                "Changes": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}},
                "Referee": {"Type": "AWS::Lambda::Function", "Properties": function},
                "Pool": {"Type": "AWS::Cognito::IdentityPool", "Properties": pool},
                "Roles": {"Type": "AWS::Cognito::IdentityPoolRoleAttachment", "Properties": roles},
            },
            "Outputs": {"Pool": {"Value": {"Ref": "Pool"}}, "Changes": {"Value": {"Ref": "Changes"}}},
        }
    )


class Device:
    """A device of a player, who has logged in on it."""

    def __init__(self, door: Door, pool_id: str, player: str, token: str) -> None:
        identity = door.client("cognito-identity")
        # The game's own backend knows its players; the device gets a token from there.
        known = identity.get_open_id_token_for_developer_identity(IdentityPoolId=pool_id, Logins={PROVIDER: player})
        self.identity_id: str = known["IdentityId"]
        given = identity.get_credentials_for_identity(
            IdentityId=self.identity_id, Logins={"cognito-identity.amazonaws.com": known["Token"]}
        )
        self.client = sync_client(door, given["Credentials"])
        self.save = Data(self.client, pool_id, self.identity_id)
        self.device_id: str = self.client.register_device(
            IdentityPoolId=pool_id, IdentityId=self.identity_id, Platform="GCM", Token=token
        )["DeviceId"]


@set_initial_no_auth_action_count(0)
def as_iam_sees_it(call: Any, *arguments: Any, **parameters: Any) -> Any:
    """Make a call under moto's simulation of IAM."""
    return call(*arguments, **parameters)


def test_the_whole_story(door: Door) -> None:
    # A game is deployed: pool, stream, roles, trigger.
    application = door.client("sns").create_platform_application(Name="game", Platform="GCM", Attributes={})
    cloudformation = door.client("cloudformation")
    cloudformation.create_stack(StackName="game", TemplateBody=stack(application["PlatformApplicationArn"]))
    (deployed,) = cloudformation.describe_stacks(StackName="game")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in deployed["Outputs"]}
    pool_id = outputs["Pool"]

    @door.mock.lambda_function("referee")
    def referee(event: Any, _context: Any) -> Any:
        """Nobody scores above 100."""
        score = event["datasetRecords"]["score"]
        score["newValue"] = str(min(int(score["newValue"]), 100))
        return event

    # Ann logs in on two devices, and is the same player on both.
    phone, tablet = (Device(door, pool_id, "ann", token) for token in ("phone", "tablet"))
    assert phone.identity_id == tablet.identity_id
    phone.save.update(put("score", "7"), DeviceId=phone.device_id)
    for device in (phone, tablet):
        device.client.subscribe_to_dataset(**device.save.where, DeviceId=device.device_id)

    # She scores on the phone, as IAM allows; the trigger rewrites what she claims.
    (written,) = as_iam_sees_it(phone.save.update, put("score", "1000", 1), DeviceId=phone.device_id)
    assert (written["Value"], written["SyncCount"], written["LastModifiedBy"]) == ("100", 2, phone.device_id)
    assert tablet.save.state() == {"score": ("100", 2)}

    # The stream has both records, in order.
    records = on_stream(door, outputs["Changes"])
    assert [key for key, _ in records] == [phone.identity_id] * 2
    assert [payload["kinesisSyncRecords"][0]["value"] for _, payload in records] == ["7", "100"]

    # The other device was told, and the one that wrote was not.
    messages = pushed()
    assert messages["phone"] == []
    (message,) = messages["tablet"]
    notification = json.loads(message["GCM"])["data"]
    assert (notification["datasetName"], notification["syncCount"]) == ("save", "2")

    # IAM refuses a third party, ...
    iam = door.client("iam")
    iam.create_user(UserName="mallory")
    key = iam.create_access_key(UserName="mallory")["AccessKey"]
    mallory = door.client(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    assert as_iam_sees_it(refusal, mallory.list_records, **phone.save.where) == (
        403,
        "AccessDeniedException",
        (
            "User: arn:aws:iam::123456789012:user/mallory is not authorized to perform: cognito-sync:ListRecords on "
            f"resource: arn:aws:cognito-sync:us-east-1:123456789012:identitypool/{pool_id}/identity/"
            f"{phone.identity_id}/dataset/save"
        ),
    )
    # ... and Cognito Sync another player, whom IAM would let in.
    bob = Device(door, pool_id, "bob", "bob's phone")
    assert as_iam_sees_it(refusal, bob.client.list_records, **phone.save.where) == (
        403,
        "NotAuthorizedException",
        "These credentials are not valid for accessing this resource",
    )

    # The game is taken down, and nothing of it is left.
    cloudformation.delete_stack(StackName="game")
    assert door.client("kinesis").list_streams()["StreamNames"] == []
    status, code, message = refusal(tablet.client.describe_dataset, **tablet.save.where)
    assert (status, code, message) == (404, "ResourceNotFoundException", f"IdentityPool '{pool_id}' not found")
