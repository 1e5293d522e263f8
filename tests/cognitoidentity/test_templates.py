"""Twelve shapes of templates as they are found in public projects: deployed, updated and deleted whole."""

from __future__ import annotations

import copy
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from test_datasets import refusal

from cogsync_mock.cognitoidentity import cloudformation as resources

if TYPE_CHECKING:
    from conftest import Door

pytest.importorskip("moto.cognitoidp.models")

Template = dict[str, Any]
ACCOUNT = "123456789012"


def ref(name: str) -> Template:
    return {"Ref": name}


def get(name: str, attribute: str) -> Template:
    return {"Fn::GetAtt": [name, attribute]}


def sub(text: str) -> Template:
    return {"Fn::Sub": text}


def resource(kind: str, **properties: Any) -> Template:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def role(**more: Any) -> Template:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": "cognito-identity.amazonaws.com"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                **more,
            }
        ],
    }
    return resource("IAM::Role", AssumeRolePolicyDocument=trust)


def login_by_user_pool(pool: str = "UserPool", client: str = "Client") -> list[Template]:
    return [{"ClientId": ref(client), "ProviderName": get(pool, "ProviderName")}]


USER_POOL = {
    "UserPool": resource(
        "Cognito::UserPool",
        UserPoolName="people",
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        Policies={"PasswordPolicy": {"MinimumLength": "8", "RequireSymbols": "false"}},
    ),
    "Client": resource(
        "Cognito::UserPoolClient",
        ClientName="web",
        UserPoolId=ref("UserPool"),
        ExplicitAuthFlows=["ADMIN_NO_SRP_AUTH"],
        GenerateSecret=False,
    ),
}
SERVERLESS = {
    **USER_POOL,
    "IdentityPool": resource(
        "Cognito::IdentityPool",
        IdentityPoolName=sub("${AWS::StackName}Pool"),
        AllowUnauthenticatedIdentities=False,
        CognitoIdentityProviders=login_by_user_pool(),
    ),
    "Roles": resource(
        "Cognito::IdentityPoolRoleAttachment",
        IdentityPoolId=ref("IdentityPool"),
        Roles={"authenticated": get("AuthRole", "Arn")},
    ),
    "AuthRole": role(
        Condition={"StringEquals": {"cognito-identity.amazonaws.com:aud": ref("IdentityPool")}},
    ),
}
OUTPUTS = {
    "UserPoolId": ref("UserPool"),
    "UserPoolArn": get("UserPool", "Arn"),
    "ProviderName": get("UserPool", "ProviderName"),
    "ProviderURL": get("UserPool", "ProviderURL"),
    "PoolIdAgain": get("UserPool", "UserPoolId"),
    "ClientId": ref("Client"),
    "ClientIdAgain": get("Client", "ClientId"),
    "Url": sub("https://${UserPool}.example.com/${Client}"),
}


class Stacks:
    """Deploys templates."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.cloudformation = door.client("cloudformation")
        self.identity = door.client("cognito-identity")
        self.people = door.client("cognito-idp")
        self.sync = door.client()

    def deploy(self, resources: Template, outputs: Template | None = None, **more: Any) -> dict[str, str]:
        self.cloudformation.create_stack(StackName="game", TemplateBody=self.text(resources, outputs), **more)
        return self.outputs()

    def update(self, resources: Template, outputs: Template | None = None) -> dict[str, str]:
        self.cloudformation.update_stack(StackName="game", TemplateBody=self.text(resources, outputs))
        return self.outputs()

    def text(self, resources: Template, outputs: Template | None = None) -> str:
        named = {name: {"Value": value} for name, value in (outputs or {}).items()}
        return json.dumps({"Resources": resources, **({"Outputs": named} if named else {})})

    def outputs(self) -> dict[str, str]:
        (stack,) = self.cloudformation.describe_stacks(StackName="game")["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def id_of(self, name: str) -> str:
        found = self.cloudformation.describe_stack_resource(StackName="game", LogicalResourceId=name)
        physical: str = found["StackResourceDetail"]["PhysicalResourceId"]
        return physical

    def delete(self) -> None:
        self.cloudformation.delete_stack(StackName="game")
        assert self.people.list_user_pools(MaxResults=10)["UserPools"] == []
        assert self.identity.list_identity_pools(MaxResults=10)["IdentityPools"] == []


@pytest.fixture
def stacks(door: Door) -> Stacks:
    return Stacks(door)


def changed(template: Template, name: str, **properties: Any) -> Template:
    """Return a template with other properties of one resource."""
    template = copy.deepcopy(template)
    template[name]["Properties"].update(properties)
    return template


class TestShapes:
    def test_a_serverless_service_with_user_pool_and_client(self, stacks: Stacks) -> None:
        out = stacks.deploy(SERVERLESS, OUTPUTS)
        provider = f"cognito-idp.us-east-1.amazonaws.com/{out['UserPoolId']}"
        assert out == {
            "UserPoolId": out["UserPoolId"],
            "UserPoolArn": f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/{out['UserPoolId']}",
            "ProviderName": provider,
            "ProviderURL": f"https://{provider}",
            "PoolIdAgain": out["UserPoolId"],
            "ClientId": out["ClientId"],
            "ClientIdAgain": out["ClientId"],
            "Url": f"https://{out['UserPoolId']}.example.com/{out['ClientId']}",
        }
        pool = stacks.people.describe_user_pool(UserPoolId=out["UserPoolId"])["UserPool"]
        assert (pool["Name"], pool["UsernameAttributes"]) == ("people", ["email"])
        assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 8
        described = stacks.identity.describe_identity_pool(IdentityPoolId=stacks.id_of("IdentityPool"))
        assert described["CognitoIdentityProviders"] == [{"ClientId": out["ClientId"], "ProviderName": provider}]
        again = stacks.update(changed(SERVERLESS, "Client", ClientName="app"), OUTPUTS)
        assert again == out
        where = {"UserPoolId": out["UserPoolId"], "ClientId": out["ClientId"]}
        client = stacks.people.describe_user_pool_client(**where)["UserPoolClient"]
        assert (client["ClientName"], client["ExplicitAuthFlows"]) == ("app", ["ADMIN_NO_SRP_AUTH"])
        replaced = stacks.update(changed(SERVERLESS, "Client", GenerateSecret=True), OUTPUTS)
        assert replaced["ClientId"] != out["ClientId"]
        assert refusal(stacks.people.describe_user_pool_client, **where)[1] == "ResourceNotFoundException"
        stacks.delete()

    def test_the_identity_pool_construct_of_cdk(self, stacks: Stacks) -> None:
        """Two pools, nested logins, and a role mapping whose key is the provider with the client."""
        template = {
            **SERVERLESS,
            "AdminPool": resource("Cognito::UserPool", AdminCreateUserConfig={"AllowAdminCreateUserOnly": True}),
            "AdminClient": resource("Cognito::UserPoolClient", UserPoolId=ref("AdminPool")),
            "IdentityPool": resource(
                "Cognito::IdentityPool",
                AllowUnauthenticatedIdentities=True,
                CognitoIdentityProviders=[*login_by_user_pool(), *login_by_user_pool("AdminPool", "AdminClient")],
                SupportedLoginProviders={"www.amazon.com": "amzn1.application.1"},
            ),
            "GuestRole": role(),
        }
        template["Roles"] = resource(
            "Cognito::IdentityPoolRoleAttachment",
            IdentityPoolId=ref("IdentityPool"),
            Roles={"authenticated": get("AuthRole", "Arn"), "unauthenticated": get("GuestRole", "Arn")},
            RoleMappings={
                "cognito": {
                    "AmbiguousRoleResolution": "AuthenticatedRole",
                    "IdentityProvider": {"Fn::Join": ["", [get("UserPool", "ProviderName"), ":", ref("Client")]]},
                    "Type": "Token",
                }
            },
        )
        stacks.deploy(template)
        pool_id = stacks.id_of("IdentityPool")
        assert len(stacks.identity.describe_identity_pool(IdentityPoolId=pool_id)["CognitoIdentityProviders"]) == 2
        roles = stacks.identity.get_identity_pool_roles(IdentityPoolId=pool_id)
        (key,) = roles["RoleMappings"]
        assert key == f"cognito-idp.us-east-1.amazonaws.com/{stacks.id_of('UserPool')}:{stacks.id_of('Client')}"
        assert set(roles["Roles"]) == {"authenticated", "unauthenticated"}
        stacks.update(changed(template, "AdminPool", UserPoolName="admins"))
        stacks.delete()

    def test_sam_with_three_pools(self, stacks: Stacks) -> None:
        template: Template = {}
        for name in ("One", "Two", "Three"):
            template[f"{name}Pool"] = resource("Cognito::UserPool", UserPoolName=sub("${AWS::StackName}-" + name))
            template[f"{name}Client"] = resource("Cognito::UserPoolClient", UserPoolId=ref(f"{name}Pool"))
        template["Identity"] = resource(
            "Cognito::IdentityPool",
            AllowUnauthenticatedIdentities="true",
            CognitoIdentityProviders=[
                login_by_user_pool(f"{name}Pool", f"{name}Client")[0] for name in ("One", "Two", "Three")
            ],
        )
        stacks.deploy(template)
        pools = stacks.people.list_user_pools(MaxResults=10)["UserPools"]
        assert {pool["Name"] for pool in pools} == {"game-One", "game-Two", "game-Three"}
        del template["ThreeClient"], template["ThreePool"]
        del template["Identity"]["Properties"]["CognitoIdentityProviders"][2]
        stacks.update(template)
        assert len(stacks.people.list_user_pools(MaxResults=10)["UserPools"]) == 2
        stacks.delete()

    def test_the_tutorial_of_sst(self, stacks: Stacks) -> None:
        template = {
            **SERVERLESS,
            "Domain": resource("Cognito::UserPoolDomain", Domain="notes-dev", UserPoolId=ref("UserPool")),
            "Bucket": resource("S3::Bucket", BucketName="uploads"),
        }
        out = stacks.deploy(template, {"Domain": ref("Domain"), "At": get("Domain", "CloudFrontDistribution")})
        assert out["Domain"] == "notes-dev"
        described = stacks.people.describe_user_pool_domain(Domain="notes-dev")["DomainDescription"]
        assert (described["UserPoolId"], out["At"].count(".")) == (stacks.id_of("UserPool"), 2)
        stacks.update(changed(template, "Domain", Domain="notes-prod"))
        assert not stacks.people.describe_user_pool_domain(Domain="notes-dev")["DomainDescription"]
        assert stacks.people.describe_user_pool_domain(Domain="notes-prod")["DomainDescription"]
        stacks.delete()

    def test_the_role_mappings_of_awss_sample(self, stacks: Stacks) -> None:
        rule = {"Claim": "custom:department", "MatchType": "Equals", "Value": "ops", "RoleARN": get("OpsRole", "Arn")}
        template = {**SERVERLESS, "OpsRole": role()}
        template["Roles"] = resource(
            "Cognito::IdentityPoolRoleAttachment",
            IdentityPoolId=ref("IdentityPool"),
            Roles={"authenticated": get("AuthRole", "Arn")},
            RoleMappings={
                "userpool1": {
                    "IdentityProvider": sub("cognito-idp.${AWS::Region}.amazonaws.com/${UserPool}:${Client}"),
                    "AmbiguousRoleResolution": "Deny",
                    "Type": "Rules",
                    "RulesConfiguration": {"Rules": [rule]},
                },
                "facebook": {
                    "IdentityProvider": "graph.facebook.com",
                    "AmbiguousRoleResolution": "AuthenticatedRole",
                    "Type": "Rules",
                    "RulesConfiguration": {"Rules": [{**rule, "MatchType": "Contains"}]},
                },
            },
        )
        stacks.deploy(template)
        mappings = stacks.identity.get_identity_pool_roles(IdentityPoolId=stacks.id_of("IdentityPool"))["RoleMappings"]
        provider = f"cognito-idp.us-east-1.amazonaws.com/{stacks.id_of('UserPool')}:{stacks.id_of('Client')}"
        assert set(mappings) == {provider, "graph.facebook.com"}
        (held,) = mappings[provider]["RulesConfiguration"]["Rules"]
        assert held["RoleARN"].startswith(f"arn:aws:iam::{ACCOUNT}:role/")
        del template["Roles"]["Properties"]["RoleMappings"]["facebook"]
        stacks.update(template)
        answer = stacks.identity.get_identity_pool_roles(IdentityPoolId=stacks.id_of("IdentityPool"))
        assert set(answer["RoleMappings"]) == {provider}
        stacks.delete()

    def test_principal_tags(self, stacks: Stacks) -> None:
        template = {
            **SERVERLESS,
            "Tags": resource(
                "Cognito::IdentityPoolPrincipalTag",
                IdentityPoolId=ref("IdentityPool"),
                IdentityProviderName=get("UserPool", "ProviderName"),
                PrincipalTags={"department": "custom:department"},
            ),
        }
        out = stacks.deploy(template, OUTPUTS)
        where = {"IdentityPoolId": stacks.id_of("IdentityPool"), "IdentityProviderName": out["ProviderName"]}
        held = stacks.identity.get_principal_tag_attribute_map(**where)
        assert (held["PrincipalTags"], held["UseDefaults"]) == ({"department": "custom:department"}, False)
        template["Tags"]["Properties"] = {**template["Tags"]["Properties"], "UseDefaults": True}
        stacks.update(template)
        held = stacks.identity.get_principal_tag_attribute_map(**where)
        assert (held["PrincipalTags"], held["UseDefaults"]) == ({"username": "sub", "client": "aud"}, True)
        del template["Tags"]
        stacks.update(template)
        assert stacks.identity.get_principal_tag_attribute_map(**where)["PrincipalTags"] == {}
        stacks.delete()

    def test_a_sync_trigger_with_function_and_permission(self, stacks: Stacks) -> None:
        template = {
            "FunctionRole": role(),
            "Function": resource(
                "Lambda::Function",
                FunctionName="referee",
                Runtime="python3.12",
                Handler="index.handler",
                Role=get("FunctionRole", "Arn"),
                Code={"ZipFile": "def handler(event, context):\n    return event\n"},
            ),
            "Permission": resource(
                "Lambda::Permission",
                Action="lambda:InvokeFunction",
                FunctionName=ref("Function"),
                Principal="cognito-sync.amazonaws.com",
                SourceArn=sub("arn:aws:cognito-sync:${AWS::Region}:${AWS::AccountId}:identitypool/${Pool}"),
            ),
            "Pool": resource(
                "Cognito::IdentityPool",
                AllowUnauthenticatedIdentities=True,
                CognitoEvents={"SyncTrigger": get("Function", "Arn")},
            ),
        }
        stacks.deploy(template)
        pool_id = stacks.id_of("Pool")
        arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:referee"
        assert stacks.sync.get_cognito_events(IdentityPoolId=pool_id)["Events"] == {"SyncTrigger": arn}
        del template["Pool"]["Properties"]["CognitoEvents"]
        stacks.update(template)
        assert stacks.sync.get_cognito_events(IdentityPoolId=pool_id)["Events"] == {}
        stacks.delete()

    def test_streams_with_role(self, stacks: Stacks) -> None:
        streams = {"StreamName": ref("Stream"), "StreamingStatus": "ENABLED", "RoleArn": get("StreamRole", "Arn")}
        template = {
            "Stream": resource("Kinesis::Stream", Name="changes", ShardCount=1),
            "StreamRole": role(),
            "Pool": resource("Cognito::IdentityPool", AllowUnauthenticatedIdentities=True, CognitoStreams=streams),
        }
        stacks.deploy(template)
        where = {"IdentityPoolId": stacks.id_of("Pool")}
        held = stacks.sync.get_identity_pool_configuration(**where)["CognitoStreams"]
        assert (held["StreamName"], held["StreamingStatus"]) == ("changes", "ENABLED")
        stacks.update(changed(template, "Pool", CognitoStreams={**streams, "StreamingStatus": "DISABLED"}))
        held = stacks.sync.get_identity_pool_configuration(**where)["CognitoStreams"]
        assert held["StreamingStatus"] == "DISABLED"
        stacks.delete()

    def test_push_with_platform_application(self, stacks: Stacks, door: Door) -> None:
        created = door.client("sns").create_platform_application(
            Name="game", Platform="GCM", Attributes={"PlatformCredential": "x"}
        )
        application = created["PlatformApplicationArn"]
        push = {"ApplicationArns": [application], "RoleArn": get("PushRole", "Arn")}
        template = {
            "PushRole": role(),
            "Pool": resource("Cognito::IdentityPool", AllowUnauthenticatedIdentities=True, PushSync=push),
        }
        stacks.deploy(template)
        where = {"IdentityPoolId": stacks.id_of("Pool")}
        held = stacks.sync.get_identity_pool_configuration(**where)["PushSync"]
        assert held["ApplicationArns"] == [application]
        del template["Pool"]["Properties"]["PushSync"]
        stacks.update(template)
        assert "PushSync" not in stacks.sync.get_identity_pool_configuration(**where)
        stacks.delete()

    def test_a_nested_stack(self, stacks: Stacks, door: Door) -> None:
        s3 = door.client("s3")
        s3.create_bucket(Bucket="templates")
        inner = {"UserPoolId": ref("UserPool"), "Provider": get("UserPool", "ProviderName"), "ClientId": ref("Client")}
        s3.put_object(Bucket="templates", Key="people.json", Body=stacks.text(USER_POOL, inner).encode())
        url = "https://s3.us-east-1.amazonaws.com/templates/people.json"
        providers = [{"ClientId": get("People", "Outputs.ClientId"), "ProviderName": get("People", "Outputs.Provider")}]
        template = {
            "People": resource("CloudFormation::Stack", TemplateURL=url),
            "Pool": resource(
                "Cognito::IdentityPool", AllowUnauthenticatedIdentities=False, CognitoIdentityProviders=providers
            ),
        }
        stacks.deploy(template)
        (pool,) = stacks.people.list_user_pools(MaxResults=10)["UserPools"]
        described = stacks.identity.describe_identity_pool(IdentityPoolId=stacks.id_of("Pool"))
        (provider,) = described["CognitoIdentityProviders"]
        assert provider["ProviderName"] == f"cognito-idp.us-east-1.amazonaws.com/{pool['Id']}"
        stacks.update(changed(template, "Pool", AllowUnauthenticatedIdentities=True))
        stacks.delete()

    def test_a_change_set(self, stacks: Stacks) -> None:
        names = {"StackName": "game", "ChangeSetName": "first"}
        stacks.cloudformation.create_change_set(
            **names, TemplateBody=stacks.text(SERVERLESS, OUTPUTS), ChangeSetType="CREATE"
        )
        described = stacks.cloudformation.describe_change_set(**names)
        added = {change["ResourceChange"]["ResourceType"] for change in described["Changes"]}
        assert {"AWS::Cognito::UserPool", "AWS::Cognito::IdentityPool"} <= added
        assert stacks.people.list_user_pools(MaxResults=10)["UserPools"] == []
        stacks.cloudformation.execute_change_set(**names)
        pool_id = stacks.id_of("UserPool")
        names["ChangeSetName"] = "second"
        template = changed(SERVERLESS, "UserPool", UserPoolName="renamed")
        stacks.cloudformation.create_change_set(**names, TemplateBody=stacks.text(template, OUTPUTS))
        stacks.cloudformation.execute_change_set(**names)
        assert stacks.id_of("UserPool") == pool_id
        assert stacks.people.describe_user_pool(UserPoolId=pool_id)["UserPool"]["Name"] == "people"
        stacks.delete()

    def test_empty_streams(self, stacks: Stacks) -> None:
        """As tools write them for what is not configured."""
        template = {
            "Pool": resource(
                "Cognito::IdentityPool",
                AllowUnauthenticatedIdentities=True,
                CognitoStreams={},
                PushSync={"Ref": "AWS::NoValue"},
                AllowClassicFlow=True,
            )
        }
        stacks.deploy(template)
        where = {"IdentityPoolId": stacks.id_of("Pool")}
        assert "CognitoStreams" not in stacks.sync.get_identity_pool_configuration(**where)
        assert stacks.identity.describe_identity_pool(**where)["AllowClassicFlow"] is True
        del template["Pool"]["Properties"]["AllowClassicFlow"]
        stacks.update(template)
        assert "AllowClassicFlow" not in stacks.identity.describe_identity_pool(**where)
        stacks.delete()


class TestUserPools:
    def test_groups(self, stacks: Stacks) -> None:
        template = {
            **USER_POOL,
            "AdminRole": role(),
            "Admins": resource(
                "Cognito::UserPoolGroup",
                UserPoolId=ref("UserPool"),
                GroupName="admins",
                Precedence="1",
                RoleArn=get("AdminRole", "Arn"),
            ),
        }
        out = stacks.deploy(template, {"Group": ref("Admins"), "UserPoolId": ref("UserPool")})
        assert out["Group"] == "admins"
        where = {"UserPoolId": out["UserPoolId"], "GroupName": "admins"}
        group = stacks.people.get_group(**where)["Group"]
        assert (group["Precedence"], ":role/" in group["RoleArn"]) == (1, True)
        stacks.update(changed(template, "Admins", Description="who may do everything"))
        assert stacks.people.get_group(**where)["Group"]["Description"] == "who may do everything"
        stacks.update(changed(template, "Admins", GroupName="operators"))
        groups = stacks.people.list_groups(UserPoolId=out["UserPoolId"])["Groups"]
        assert [group["GroupName"] for group in groups] == ["operators"]
        stacks.delete()

    def test_a_secret(self, stacks: Stacks) -> None:
        template = changed(USER_POOL, "Client", GenerateSecret=True)
        more = {"Secret": get("Client", "ClientSecret"), "Name": get("Client", "Name")}
        out = stacks.deploy(template, {**OUTPUTS, **more})
        client = stacks.people.describe_user_pool_client(UserPoolId=out["UserPoolId"], ClientId=out["ClientId"])
        assert out["Secret"] == client["UserPoolClient"]["ClientSecret"]
        assert out["Name"] == "web"
        stacks.delete()

    def test_what_is_not_held_is_said_once_and_deploys(
        self, stacks: Stacks, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(resources, "_reported", set())
        caplog.set_level(logging.WARNING, logger="cogsync_mock")
        template = changed(USER_POOL, "UserPool", EnabledMfas=["SMS_MFA"], DeletionProtection=["not", "a", "text"])
        stacks.deploy(template)
        stacks.update(changed(template, "UserPool", UserPoolName="other"))
        said = [record.getMessage() for record in caplog.records if "AWS::Cognito::UserPool" in record.getMessage()]
        assert len(said) == 2
        assert "property EnabledMfas of AWS::Cognito::UserPool is not held by moto's cognito-idp" in said
        stacks.delete()

    def test_an_attribute_that_does_not_exist(self, stacks: Stacks) -> None:
        with pytest.raises(stacks.cloudformation.exceptions.ClientError, match="Nonsense"):
            stacks.deploy(USER_POOL, {"Wrong": get("UserPool", "Nonsense")})


def test_the_types_exist_only_while_a_mock_is_on() -> None:
    from moto import mock_aws

    with mock_aws():
        import boto3

        client = boto3.client("cloudformation", "us-east-1")
        plain = {"People": resource("Cognito::UserPool"), "Bucket": resource("S3::Bucket")}
        with pytest.warns(UserWarning, match="AWS::Cognito::UserPool but it's not supported"):
            client.create_stack(StackName="plain", TemplateBody=json.dumps({"Resources": plain}))
        assert boto3.client("cognito-idp", "us-east-1").list_user_pools(MaxResults=1)["UserPools"] == []
