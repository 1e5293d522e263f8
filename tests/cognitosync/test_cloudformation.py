"""AWS::Cognito::IdentityPool in moto's CloudFormation: a stack leaves the same state as calls of the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from data import APPLICATION, PUSH_SYNC, STREAMS
from moto.cloudformation import parsing
from test_datasets import refusal
from test_records import Data, put

from cogsync_mock import CognitoSyncServer, mock_cognito_sync

if TYPE_CHECKING:
    from conftest import Door

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rewrite"
POOL: dict[str, Any] = {"IdentityPoolName": "game", "AllowUnauthenticatedIdentities": True}
WHOLE: dict[str, Any] = {
    **POOL,
    "PushSync": PUSH_SYNC,
    "CognitoStreams": STREAMS,
    "CognitoEvents": {"SyncTrigger": FUNCTION},
}


def template(properties: dict[str, Any], **resources: Any) -> str:
    pool = {"Type": "AWS::Cognito::IdentityPool", "Properties": properties}
    return json.dumps(
        {
            "Resources": {"Pool": pool, **resources},
            "Outputs": {
                "Ref": {"Value": {"Ref": "Pool"}},
                "Name": {"Value": {"Fn::GetAtt": ["Pool", "Name"]}},
                "Id": {"Value": {"Fn::GetAtt": ["Pool", "Id"]}},
            },
        }
    )


class Stack:
    """A stack ``game`` with one pool."""

    def __init__(self, door: Door, region: str = "us-east-1") -> None:
        self.cloudformation = door.client("cloudformation", region_name=region)
        self.sync = door.client(region_name=region)
        self.identity = door.client("cognito-identity", region_name=region)

    def create(self, properties: dict[str, Any], **resources: Any) -> dict[str, str]:
        self.cloudformation.create_stack(StackName="game", TemplateBody=template(properties, **resources))
        return self.outputs()

    def update(self, properties: dict[str, Any], **resources: Any) -> dict[str, str]:
        self.cloudformation.update_stack(StackName="game", TemplateBody=template(properties, **resources))
        return self.outputs()

    def outputs(self) -> dict[str, str]:
        (stack,) = self.cloudformation.describe_stacks(StackName="game")["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def configuration(self, pool_id: str) -> tuple[Any, Any, Any]:
        """Return PushSync, CognitoStreams and Events of a pool."""
        configured = self.sync.get_identity_pool_configuration(IdentityPoolId=pool_id)
        events = self.sync.get_cognito_events(IdentityPoolId=pool_id)["Events"]
        return configured.get("PushSync"), configured.get("CognitoStreams"), events


@pytest.fixture
def stack(door: Door) -> Stack:
    return Stack(door)


class TestCreate:
    def test_ref_and_attributes(self, stack: Stack) -> None:
        outputs = stack.create(WHOLE)
        assert outputs["Ref"] == outputs["Id"]
        assert outputs["Ref"].startswith("us-east-1:")
        assert outputs["Name"] == "game"
        (resource,) = stack.cloudformation.describe_stack_resources(StackName="game")["StackResources"]
        assert (resource["PhysicalResourceId"], resource["ResourceType"]) == (
            outputs["Ref"],
            "AWS::Cognito::IdentityPool",
        )

    def test_the_same_state_as_by_the_api(self, stack: Stack, door: Door) -> None:
        by_stack = stack.create(WHOLE)["Ref"]
        by_api = stack.identity.create_identity_pool(IdentityPoolName="game", AllowUnauthenticatedIdentities=True)
        stack.sync.set_identity_pool_configuration(
            IdentityPoolId=by_api["IdentityPoolId"], PushSync=PUSH_SYNC, CognitoStreams=STREAMS
        )
        stack.sync.set_cognito_events(IdentityPoolId=by_api["IdentityPoolId"], Events={"SyncTrigger": FUNCTION})
        assert stack.configuration(by_stack) == stack.configuration(by_api["IdentityPoolId"])
        described = [
            stack.identity.describe_identity_pool(IdentityPoolId=pool_id)
            for pool_id in (by_stack, by_api["IdentityPoolId"])
        ]
        for answer in described:
            del answer["IdentityPoolId"], answer["ResponseMetadata"]
        # moto shows empty parts of a pool in one case and leaves them out in the other.
        by_stack_only, by_api_only = ({n: v for n, v in answer.items() if v} for answer in described)
        assert by_stack_only == by_api_only
        assert Data(stack.sync, by_stack, door.mock.create_identity(by_stack)).update(put("a"))

    def test_all_other_properties(self, stack: Stack) -> None:
        pool_id = stack.create(
            {
                "AllowUnauthenticatedIdentities": "false",
                "DeveloperProviderName": "login.game",
                "SupportedLoginProviders": {"graph.facebook.com": "1"},
                "OpenIdConnectProviderARNs": ["arn:aws:iam::123456789012:oidc-provider/game"],
                "SamlProviderARNs": ["arn:aws:iam::123456789012:saml-provider/game"],
                "CognitoIdentityProviders": [{"ClientId": "c", "ProviderName": "p", "ServerSideTokenCheck": "true"}],
                "IdentityPoolTags": [{"Key": "k", "Value": "v"}],
                "CognitoEvents": json.dumps({"SyncTrigger": FUNCTION}),
            }
        )["Ref"]
        described = stack.identity.describe_identity_pool(IdentityPoolId=pool_id)
        # Without a name, CloudFormation makes one.
        assert described["IdentityPoolName"].startswith("game-Pool-")
        assert described["AllowUnauthenticatedIdentities"] is False
        assert described["DeveloperProviderName"] == "login.game"
        assert described["SupportedLoginProviders"] == {"graph.facebook.com": "1"}
        assert described["OpenIdConnectProviderARNs"] == ["arn:aws:iam::123456789012:oidc-provider/game"]
        assert described["SamlProviderARNs"] == ["arn:aws:iam::123456789012:saml-provider/game"]
        assert described["CognitoIdentityProviders"] == [
            {"ClientId": "c", "ProviderName": "p", "ServerSideTokenCheck": True}
        ]
        assert described["IdentityPoolTags"] == {"k": "v"}
        assert stack.configuration(pool_id) == (None, None, {"SyncTrigger": FUNCTION})

    def test_references_within_the_stack(self, stack: Stack) -> None:
        trust = {"Version": "2012-10-17", "Statement": []}
        pool_id = stack.create(
            {
                **POOL,
                "CognitoStreams": {
                    "StreamName": {"Ref": "Stream"},
                    "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                    "StreamingStatus": "ENABLED",
                },
            },
            Stream={"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "changes", "ShardCount": 1}},
            Role={
                "Type": "AWS::IAM::Role",
                "Properties": {"RoleName": "stream", "AssumeRolePolicyDocument": trust},
            },
        )["Ref"]
        assert stack.configuration(pool_id)[1] == STREAMS

    def test_scalars_without_quotes_and_nothing_at_all(self, stack: Stack) -> None:
        """As YAML gives them; AWS::NoValue also vanishes from lists."""
        body = """
Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      IdentityPoolName: 2024-01-01
      AllowUnauthenticatedIdentities: true
      IdentityPoolTags: [{Key: number, Value: 1}, {Key: flag, Value: true}]
      OpenIdConnectProviderARNs: [!Ref AWS::NoValue]
      PushSync: {ApplicationArns: [!Ref AWS::NoValue, "%s"], RoleArn: !Ref AWS::NoValue}
      CognitoStreams: {StreamName: 12345}
"""
        stack.cloudformation.create_stack(StackName="game", TemplateBody=body % APPLICATION)
        (made,) = stack.cloudformation.describe_stack_resources(StackName="game")["StackResources"]
        pool_id = made["PhysicalResourceId"]
        described = stack.identity.describe_identity_pool(IdentityPoolId=pool_id)
        assert described["IdentityPoolName"] == "2024-01-01"
        assert described["IdentityPoolTags"] == {"number": "1", "flag": "true"}
        assert stack.configuration(pool_id) == ({"ApplicationArns": [APPLICATION]}, {"StreamName": "12345"}, {})

    def test_another_region(self, door: Door) -> None:
        stack = Stack(door, "eu-west-1")
        pool_id = stack.create({**POOL, "CognitoStreams": STREAMS})["Ref"]
        assert pool_id.startswith("eu-west-1:")
        assert stack.configuration(pool_id)[1] == STREAMS

    def test_a_region_without_cognito_sync(self, door: Door) -> None:
        stack = Stack(door, "sa-east-1")
        assert stack.create(POOL)["Ref"].startswith("sa-east-1:")
        with pytest.raises(ClientError, match="Amazon Cognito Sync does not exist in region sa-east-1"):
            stack.cloudformation.create_stack(StackName="other", TemplateBody=template(WHOLE))
        assert len(stack.identity.list_identity_pools(MaxResults=10)["IdentityPools"]) == 1

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"PushSync": {"RoleArn": "push"}}, "Value 'push' at 'pushSync.roleArn' failed to satisfy constraint"),
            ({"CognitoStreams": {"StreamingStatus": "ON"}}, "'cognitoStreams.streamingStatus' failed to satisfy"),
            ({"CognitoStreams": "text"}, "Unexpected field type"),
            ({"CognitoEvents": {"Other": "f"}}, "Member must satisfy enum value set: [SyncTrigger]"),
            ({"CognitoEvents": "no json"}, "CognitoEvents is not JSON"),
            ({"CognitoEvents": "[" * 100_000}, "CognitoEvents is not JSON"),
            ({"CognitoEvents": ["f"]}, "Events: Start of list found where not expected"),
            ({"PushSync": 0}, "Unexpected field type"),
            ({"PushSync": {"ApplicationArn": []}}, "extraneous key [ApplicationArn] is not permitted"),
            ({"Bogus": 1}, "extraneous key [Bogus] is not permitted"),
            ({"IdentityPoolName": "game/dev"}, "Value 'game/dev' at 'identityPoolName' failed to satisfy constraint"),
            ({"IdentityPoolName": ["x"]}, "Properties validation failed"),
            ({"DeveloperProviderName": "bad name!"}, "'developerProviderName' failed to satisfy constraint"),
            ({"SupportedLoginProviders": ["x"]}, "SupportedLoginProviders: Start of list found where not expected"),
            ({"IdentityPoolTags": ["a"]}, "IdentityPoolTags: Start of list found where not expected"),
            ({"IdentityPoolTags": [{"Key": {"a": 1}, "Value": "v"}]}, "Start of list found where not expected"),
            ({"IdentityPoolTags": [{"K": 1}]}, "IdentityPoolTags: Start of list found where not expected"),
            ({"AllowUnauthenticatedIdentities": "maybe"}, "Properties validation failed"),
        ],
        ids=lambda value: str(value)[:60],
    )
    def test_what_the_api_refuses_makes_no_pool(self, stack: Stack, wrong: Any, said: str) -> None:
        code, message = refusal(
            stack.cloudformation.create_stack, StackName="game", TemplateBody=template({**POOL, **wrong})
        )[1:]
        assert code == "ValidationError"
        assert said in message
        assert stack.identity.list_identity_pools(MaxResults=10)["IdentityPools"] == []

    def test_a_required_property(self, stack: Stack) -> None:
        message = refusal(stack.cloudformation.create_stack, StackName="game", TemplateBody=template({}))[2]
        assert message.endswith("required key [AllowUnauthenticatedIdentities] not found")

    @pytest.mark.cognito_sync_mock(verify_references=True)
    def test_references_are_verified_if_asked_for(self, stack: Stack) -> None:
        call = stack.cloudformation.create_stack
        message = refusal(call, StackName="game", TemplateBody=template({**POOL, "CognitoStreams": STREAMS}))[2]
        assert "resources that do not exist: stream changes" in message
        events = {"CognitoEvents": {"SyncTrigger": FUNCTION}}
        message = refusal(call, StackName="other", TemplateBody=template({**POOL, **events}))[2]
        assert f"resources that do not exist: function {FUNCTION}" in message
        assert stack.identity.list_identity_pools(MaxResults=10)["IdentityPools"] == []


class TestUpdate:
    def test_without_interruption(self, stack: Stack, door: Door) -> None:
        pool_id = stack.create(WHOLE)["Ref"]
        data = Data(stack.sync, pool_id, door.mock.create_identity(pool_id))
        data.update(put("a"))
        changed = {"ApplicationArns": [APPLICATION]}
        outputs = stack.update({**WHOLE, "IdentityPoolName": "match", "PushSync": changed})
        assert (outputs["Ref"], outputs["Name"]) == (pool_id, "match")
        assert stack.configuration(pool_id) == (changed, STREAMS, {"SyncTrigger": FUNCTION})
        assert stack.identity.describe_identity_pool(IdentityPoolId=pool_id)["IdentityPoolName"] == "match"
        assert data.list()["DatasetSyncCount"] == 1

    def test_what_the_template_no_longer_has_is_removed(self, stack: Stack) -> None:
        pool_id = stack.create(WHOLE)["Ref"]
        stack.update({"AllowUnauthenticatedIdentities": False})
        assert stack.configuration(pool_id) == (None, None, {})
        described = stack.identity.describe_identity_pool(IdentityPoolId=pool_id)
        # The name stays, for a new one would be made for nothing.
        assert (described["IdentityPoolName"], described["AllowUnauthenticatedIdentities"]) == ("game", False)

    def test_what_is_refused_changes_nothing(self, stack: Stack) -> None:
        pool_id = stack.create(WHOLE)["Ref"]
        before = stack.configuration(pool_id)
        for wrong in (
            {**WHOLE, "IdentityPoolName": "match", "PushSync": {"RoleArn": "push"}},
            {**WHOLE, "IdentityPoolName": "game/dev", "PushSync": {}},
            {"CognitoStreams": {"StreamName": "other"}},
        ):
            with pytest.raises(ClientError, match="Properties validation failed"):
                stack.update(wrong)
        assert stack.configuration(pool_id) == before
        assert stack.identity.describe_identity_pool(IdentityPoolId=pool_id)["IdentityPoolName"] == "game"


class TestDelete:
    def test_the_pool_and_all_it_has_are_gone(self, stack: Stack, door: Door) -> None:
        pool_id = stack.create(WHOLE)["Ref"]
        door.mock.create_identity(pool_id)
        stack.cloudformation.delete_stack(StackName="game")
        assert stack.identity.list_identity_pools(MaxResults=10)["IdentityPools"] == []
        assert refusal(stack.sync.get_identity_pool_configuration, IdentityPoolId=pool_id)[1] == (
            "ResourceNotFoundException"
        )

    def test_taken_out_of_the_template(self, stack: Stack) -> None:
        stack.create(WHOLE)
        other = {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "other", "ShardCount": 1}}
        body = json.dumps({"Resources": {"Other": other}})
        stack.cloudformation.update_stack(StackName="game", TemplateBody=body)
        assert stack.identity.list_identity_pools(MaxResults=10)["IdentityPools"] == []


class TestRoleAttachment:
    def test_roles_of_a_pool(self, stack: Stack) -> None:
        def attachment(role: str) -> dict[str, Any]:
            roles = {"authenticated": f"arn:aws:iam::123456789012:role/{role}"}
            return {
                "Type": "AWS::Cognito::IdentityPoolRoleAttachment",
                "Properties": {"IdentityPoolId": {"Ref": "Pool"}, "Roles": roles},
            }

        def roles() -> Any:
            return stack.identity.get_identity_pool_roles(IdentityPoolId=pool_id)["Roles"]

        pool_id = stack.create(POOL, Roles=attachment("player"))["Ref"]
        assert roles() == {"authenticated": "arn:aws:iam::123456789012:role/player"}
        stack.update(POOL, Roles=attachment("guest"))
        assert roles() == {"authenticated": "arn:aws:iam::123456789012:role/guest"}
        stack.update(POOL)
        assert roles() == {}
        stack.update(POOL, Roles=attachment("player"))
        stack.cloudformation.delete_stack(StackName="game")
        assert stack.identity.list_identity_pools(MaxResults=10)["IdentityPools"] == []

    def test_moved_to_another_pool(self, stack: Stack) -> None:
        def attachment(pool: str) -> dict[str, Any]:
            roles = {"authenticated": "arn:aws:iam::123456789012:role/player"}
            properties = {"IdentityPoolId": {"Ref": pool}, "Roles": roles}
            return {"Type": "AWS::Cognito::IdentityPoolRoleAttachment", "Properties": properties}

        other = {"Type": "AWS::Cognito::IdentityPool", "Properties": {**POOL, "IdentityPoolName": "other"}}
        stack.create(POOL, Other=other, Roles=attachment("Pool"))
        stack.update(POOL, Other=other, Roles=attachment("Other"))
        pools = stack.identity.list_identity_pools(MaxResults=10)["IdentityPools"]
        found = {
            pool["IdentityPoolName"]: stack.identity.get_identity_pool_roles(IdentityPoolId=pool["IdentityPoolId"])[
                "Roles"
            ]
            for pool in pools
        }
        assert found == {"game": {}, "other": {"authenticated": "arn:aws:iam::123456789012:role/player"}}
        resources = stack.cloudformation.describe_stack_resources(StackName="game")["StackResources"]
        (attached,) = [resource for resource in resources if resource["LogicalResourceId"] == "Roles"]
        assert attached["PhysicalResourceId"].startswith("IdentityPoolRoleAttachment-")

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"Roles": ["x"]}, "Roles: Start of list found where not expected"),
            ({"Roles": {"authenticated": ["x"]}}, "Properties validation failed"),
            ({"Roles": {"authenticated": "player"}}, "failed to satisfy constraint"),
            (
                {"Roles": {"guest": f"{FUNCTION}-long"}},
                "Map keys must satisfy constraint: [",
            ),
            ({"RoleMappings": "abc"}, "Unexpected field type"),
        ],
        ids=str,
    )
    def test_what_the_api_refuses(self, stack: Stack, wrong: Any, said: str) -> None:
        properties = {"IdentityPoolId": {"Ref": "Pool"}, **wrong}
        attachment = {"Type": "AWS::Cognito::IdentityPoolRoleAttachment", "Properties": properties}
        body = template(POOL, Roles=attachment)
        code, message = refusal(stack.cloudformation.create_stack, StackName="game", TemplateBody=body)[1:]
        assert code == "ValidationError"
        assert said in message

    def test_role_mappings(self, stack: Stack) -> None:
        mapping = {"Type": "Token", "AmbiguousRoleResolution": "Deny"}
        properties = {
            "IdentityPoolId": {"Ref": "Pool"},
            "RoleMappings": {"own-key": {**mapping, "IdentityProvider": "login.game"}, "graph.facebook.com": mapping},
        }
        attachment = {"Type": "AWS::Cognito::IdentityPoolRoleAttachment", "Properties": properties}
        pool_id = stack.create(POOL, Roles=attachment)["Ref"]
        kept = stack.identity.get_identity_pool_roles(IdentityPoolId=pool_id)["RoleMappings"]
        assert kept == {"login.game": mapping, "graph.facebook.com": mapping}

    def test_of_a_pool_that_does_not_exist(self, stack: Stack) -> None:
        properties = {"IdentityPoolId": "us-east-1:0", "Roles": {}}
        attachment = {"Type": "AWS::Cognito::IdentityPoolRoleAttachment", "Properties": properties}
        with pytest.raises(ClientError, match="IdentityPool 'us-east-1:0' not found"):
            stack.create(POOL, Roles=attachment)


def test_a_servers_own_settings_hold_for_stacks() -> None:
    keys = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "a"}
    with CognitoSyncServer(verify_references=True) as server:
        client = boto3.client("cloudformation", endpoint_url=server.endpoint_url, **keys)
        with pytest.raises(ClientError, match="resources that do not exist: stream changes"):
            client.create_stack(StackName="game", TemplateBody=template({**POOL, "CognitoStreams": STREAMS}))


@pytest.mark.parametrize("on", [mock_cognito_sync, CognitoSyncServer])
def test_types_come_and_go_with_a_mock_or_server(on: Any) -> None:
    def known() -> bool:
        return parsing.resource_class_from_type("AWS::Cognito::IdentityPool") is not None

    originals = (parsing.resource_class_from_type, parsing.resource_name_property_from_type)
    with on():
        assert known() is (on is mock_cognito_sync)  # a server serves its own clients, not this process
    assert (parsing.resource_class_from_type, parsing.resource_name_property_from_type) == originals
