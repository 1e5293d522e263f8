"""Every constraint of the contract is enforced in AWS's words, for every operation."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from data import APPLICATION, PUSH_SYNC, STREAMS

from cogsync_mock.cognitosync.wire.contract import operations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Door

    from cogsync_mock.cognitosync.wire.contract import Shape

VALID: dict[str, Any] = {
    "IdentityPoolId": "us-east-1:0c1ba052-e098-41fa-a76e-eaa2c125f861",
    "IdentityId": "us-east-1:1c1ba052-e098-41fa-a76e-eaa2c125f862",
    "DatasetName": "my_list",
    "DeviceId": "5cd28fbe-dd83-47ab-9f83-19093a5fb014",
    "Platform": "GCM",
    "Token": "token",
    "SyncSessionToken": "token",
    "RecordPatches": [{"Op": "replace", "Key": "name", "SyncCount": 0, "Value": "Ada"}],
    "Events": {"SyncTrigger": "arn:aws:lambda:us-east-1:123456789012:function:trigger"},
    "PushSync": PUSH_SYNC,
    "CognitoStreams": STREAMS,
    "MaxResults": "3",
    "ClientContext": "context",
    "LastSyncCount": 0,
    "NextToken": "dG9rZW4=",
}
TOO_LONG_FOR = {
    "[\\w-]+:[0-9a-f-]+": "a:{}",
    "arn:aws:iam::\\d+:role/.*": "arn:aws:iam::123456789012:role/{}",
    "^[1-9]\\d*": "1{}",
}


def breaches(  # noqa: C901  # one branch for each kind of constraint
    shape: Shape, path: str, *, required: bool
) -> Iterator[tuple[Any, list[str]]]:
    """Yield values that break a constraint of a shape, each with the violations it must cause."""

    def violation(value: Any, complaint: str) -> str:
        printed = "null" if value is None else f"'{value}'"
        return f"Value {printed} at '{path}' failed to satisfy constraint: {complaint}"

    if required:
        yield None, [violation(None, "Member must not be null")]
    if shape.kind == "string":
        pattern = f"Member must satisfy regular expression pattern: {shape.pattern}"
        if shape.maximum is not None:
            template = TOO_LONG_FOR.get(shape.pattern or "", "{}")
            value = template.format("0" * (shape.maximum + 1 - len(template.format(""))))
            yield value, [violation(value, f"Member must have length less than or equal to {shape.maximum}")]
        if shape.minimum is not None:
            short = violation("", f"Member must have length greater than or equal to {shape.minimum}")
            yield "", [short, violation("", pattern)] if shape.pattern else [short]
        if shape.pattern is not None:
            yield (
                "no match here/!",
                [
                    *(
                        [
                            violation(
                                "no match here/!", f"Member must have length greater than or equal to {shape.minimum}"
                            )
                        ]
                        if shape.minimum and shape.minimum > 15
                        else []
                    ),
                    violation("no match here/!", pattern),
                ],
            )
        if shape.choices:
            allowed = ", ".join(shape.choices)
            yield "merge", [violation("merge", f"Member must satisfy enum value set: [{allowed}]")]
    if shape.kind == "map" and shape.maximum is not None:
        value = {f"key{n}": "x" for n in range(shape.maximum + 1)}
        printed = "{" + ", ".join(f"{key}=x" for key in value) + "}"
        yield value, [violation(printed, f"Map must have size less than or equal to {shape.maximum}")]
    if shape.kind == "structure":
        for name, member in shape.members.items():
            inner = f"{path}.{name[0].lower()}{name[1:]}"
            base = next((v for v in ([VALID["RecordPatches"][0]], [PUSH_SYNC], [STREAMS]) if name in v[0]), [{}])[0]
            for value, expected in breaches(member, inner, required=name in shape.required):
                yield {**base, name: value}, expected
    if shape.kind == "list" and shape.element is not None:
        for value, expected in breaches(shape.element, f"{path}.1.member", required=True):
            yield [value], expected


def cases(operation_name: str) -> list[tuple[dict[str, Any], list[str]]]:
    operation = operations()[operation_name]
    good = {name: VALID[name] for name in operation.input.members}
    found = []
    for name, member in operation.input.members.items():
        path = f"{name[0].lower()}{name[1:]}"
        for value, expected in breaches(member, path, required=name in operation.input.required):
            found.append(({**copy.deepcopy(good), name: value}, expected))
    return found


def test_the_cases_cover_every_constraint() -> None:
    """Count what the generator makes against what the contract holds, so that none can fall through."""

    def constraints(shape: Shape) -> int:
        own = sum(
            (shape.maximum is not None, shape.minimum is not None, shape.pattern is not None, bool(shape.choices))
        )
        inner = [*shape.members.values(), *([shape.element] if shape.element and shape.kind == "list" else [])]
        nulls = len(shape.required) + (shape.kind == "list")
        return own + nulls + sum(constraints(member) for member in inner)

    for name, operation in operations().items():
        assert len(cases(name)) == constraints(operation.input), name
    assert sum(len(cases(name)) for name in operations()) > 150


@pytest.mark.parametrize("name", operations())
def test_every_constraint_of_every_operation(door: Door, name: str) -> None:
    for parameters, expected in cases(name):
        answer = door.http(
            "POST", "/", json.dumps(parameters), headers={"X-Amz-Target": f"AWSCognitoSyncService.{name}"}
        )
        errors = "error" if len(expected) == 1 else "errors"
        assert (answer.status, answer.json) == (
            400,
            {
                "__type": "InvalidParameterException",
                "message": f"{len(expected)} validation {errors} detected: {'; '.join(expected)}",
            },
        )


def test_all_violations_come_in_one_message(client: Any) -> None:
    """Seen at AWS for a pool INVALID and an identity A:B:C."""
    with pytest.raises(ClientError) as caught:
        client.list_datasets(IdentityPoolId="INVALID", IdentityId="A:B:C")
    assert caught.value.response["Error"] == {
        "Code": "InvalidParameterException",
        "Message": "2 validation errors detected: "
        "Value 'INVALID' at 'identityPoolId' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+; "
        "Value 'A:B:C' at 'identityId' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+",
    }


MALFORMED = [
    pytest.param({"PushSync": {"ApplicationArns": [APPLICATION, "nonsense"]}}, id="one of two applications"),
    pytest.param({"PushSync": {"RoleArn": "arn:aws:iam::1:role"}}, id="role of 19 characters"),
    pytest.param({"PushSync": {"RoleArn": "arn:aws-cn:iam::123456789012:role/push"}}, id="wrong partition"),
    pytest.param({"PushSync": {"RoleArn": "arn:aws:iam::123456789012:role/a\rb"}}, id="line break in a role"),
    pytest.param(
        {"PushSync": {"RoleArn": "arn:aws:iam::\u0661\u0662:role/arabic-digits"}}, id="digits that are not ASCII"
    ),
    pytest.param({"CognitoStreams": {"StreamingStatus": "enabled"}}, id="unknown status"),
    pytest.param({"CognitoStreams": {"StreamName": "x" * 129}}, id="long stream name"),
    pytest.param({"PushSync": {}, "CognitoStreams": {"StreamName": ""}}, id="one part good, one bad"),
    pytest.param({"PushSync": {"ApplicationArns": [None]}}, id="null in a list"),
]


@pytest.mark.parametrize("parameters", MALFORMED)
def test_a_refused_call_leaves_the_configuration_as_it_was(
    door: Door, client: Any, pool_id: str, parameters: dict[str, Any]
) -> None:
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC, CognitoStreams=STREAMS)
    path = door.configuration_path(pool_id)
    before = door.http("GET", path).body
    answer = door.http("POST", path, json.dumps(parameters))
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "InvalidParameterException:")
    assert "validation error" in answer.json["message"]
    assert door.http("GET", path).body == before


def test_ten_thousand_applications_are_stored(client: Any, pool_id: str) -> None:
    """No maximum is documented for the list."""
    arns = [f"{APPLICATION}{n}" for n in range(10_000)]
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync={"ApplicationArns": arns})
    assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)["PushSync"]["ApplicationArns"] == arns


def test_ten_thousand_malformed_applications_are_all_named(client: Any, pool_id: str) -> None:
    with pytest.raises(ClientError) as caught:
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync={"ApplicationArns": ["x"] * 10_000})
    message = caught.value.response["Error"]["Message"]
    assert message.startswith("10000 validation errors detected: Value 'x' at 'pushSync.applicationArns.1.member'")
    assert "'pushSync.applicationArns.10000.member'" in message
