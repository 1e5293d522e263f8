"""Loading the package changes nothing about plain moto but that cognito-sync exists."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest
from programs import python

# What plain moto knows and answers: resource types, services, and stacks with what it has and what it lacks.
LOOK = """
    import json, warnings

    import boto3
    from moto import mock_aws

    TEMPLATES = {
        "nested": {"N": {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {"TemplateURL": "https://templates.s3.us-east-1.amazonaws.com/inner.json"},
        }},
        "identity pool": {
            "Users": {"Type": "AWS::Cognito::UserPool", "Properties": {"UserPoolName": "x"}},
            "Pool": {"Type": "AWS::Cognito::IdentityPool", "Properties": {
                "AllowUnauthenticatedIdentities": True,
                "CognitoIdentityProviders": [
                    {"ClientId": "x", "ProviderName": {"Fn::GetAtt": ["Users", "ProviderName"]}},
                ],
            }},
            "B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "beside-the-pool"}},
        },
    }
    INNER = {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "inner-bucket"}}}}

    @mock_aws
    def look():
        s3, stacks = boto3.client("s3", "us-east-1"), boto3.client("cloudformation", "us-east-1")
        s3.create_bucket(Bucket="templates")
        s3.put_object(Bucket="templates", Key="inner.json", Body=json.dumps(INNER))
        for name, resources in TEMPLATES.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                stacks.create_stack(StackName=name.replace(" ", "-"), TemplateBody=json.dumps({"Resources": resources}))
        identity = boto3.client("cognito-identity", "us-east-1")
        pool = identity.create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=False)
        credentials = identity.get_credentials_for_identity(IdentityId=pool["IdentityPoolId"])["Credentials"]
        return {
            "buckets": sorted(bucket["Name"] for bucket in s3.list_buckets()["Buckets"]),
            "pools": len(identity.list_identity_pools(MaxResults=60)["IdentityPools"]),
            "key": credentials["AccessKeyId"],
        }

    seen = look()
    from moto.backend_index import backend_url_patterns
    from moto.cloudformation import parsing
    seen["types"] = sorted(parsing.get_model_map())
    seen["services"] = sorted({name for name, _ in backend_url_patterns})
    print(json.dumps(seen))
"""
ORDERS = {
    "before moto": "import cogsync_mock",
    "after moto": "import moto; import cogsync_mock",
    "after moto's stacks": "import moto.cloudformation.models; import cogsync_mock",
    "after moto's types were asked for": (
        "import moto.cloudformation.models; from moto.cloudformation import parsing; parsing.get_model_list(); "
        "import cogsync_mock"
    ),
    "after a mock of ours": (
        "import cogsync_mock, boto3\n"
        "    with cogsync_mock.mock_cognito_sync(): boto3.client('cloudformation', 'us-east-1').list_stacks()"
    ),
}


def look(first: str) -> dict[str, Any]:
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    seen: dict[str, Any] = json.loads(python(f"    {first}\n{LOOK}", **keys))
    return seen


@functools.cache
def without_the_package() -> dict[str, Any]:
    seen = look("pass")
    assert "AWS::CloudFormation::Stack" in seen["types"]
    assert {"inner-bucket", "beside-the-pool"} <= set(seen["buckets"])
    return seen


@pytest.mark.parametrize("first", ORDERS.values(), ids=ORDERS)
def test_it_knows_and_answers_what_it_does_without_the_package(first: str) -> None:
    expected = without_the_package()
    assert look(first) == {**expected, "services": sorted([*expected["services"], "cognitosync"])}
