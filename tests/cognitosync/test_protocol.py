"""The wire: three dialects, explicit nulls, errors, CORS."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from data import PUSH_SYNC, ROLE, STREAMS

from cogsync_mock.cognitosync.wire.contract import TARGET_PREFIXES, operations

if TYPE_CHECKING:
    from conftest import Door

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
MODEL = "com.amazonaws.cognito.sync.model"
SAMPLE_ID = "us-east-1:0c1ba052-e098-41fa-a76e-eaa2c125f861"


def configuration(pool_id: str, push_sync: Any = None, streams: Any = None) -> dict[str, Any]:
    """Return a configuration as it is on the wire."""
    return {"CognitoStreams": streams, "IdentityPoolId": pool_id, "PushSync": push_sync}


def target(name: str, prefix: str = TARGET_PREFIXES[1]) -> dict[str, str]:
    return {"X-Amz-Target": f"{prefix}.{name}", "Content-Type": "application/json"}


def envelope(name: str, **members: Any) -> str:
    return json.dumps({"Operation": f"{MODEL}#{name}", "Service": f"{MODEL}#AWSCognitoSyncService", "Input": members})


class TestRest:
    def test_every_operation_has_its_route(self, door: Door) -> None:
        """Each path leads to its own operation: a broken pool id is refused, or the answer names the operation."""
        for operation in operations().values():
            path = "/" + "/".join(
                part
                for pair in zip(operation.fixed, [*("!" for _ in operation.labels), None], strict=False)
                for part in pair
                if part is not None
            )
            answer = door.http(operation.method, path, "{}" if operation.method == "POST" else "")
            assert answer.status in (200, 400, 501), (operation.name, answer)
            if operation.labels:
                assert "Value '!' at 'identityPoolId'" in answer.json["message"], operation.name

    @pytest.mark.parametrize("encoded", [SAMPLE_ID, SAMPLE_ID.replace(":", "%3A"), SAMPLE_ID.replace(":", "%253A")])
    def test_ids_may_be_raw_encoded_or_encoded_twice(self, door: Door, encoded: str) -> None:
        door.mock.create_identity_pool(pool_id=SAMPLE_ID)
        answer = door.http("GET", f"/identitypools/{encoded}/configuration")
        assert (answer.status, answer.json) == (200, configuration(SAMPLE_ID))

    def test_the_path_wins_over_any_target_header(self, door: Door, pool_id: str) -> None:
        """Java's SDK sends both."""
        answer = door.http("GET", door.configuration_path(pool_id), headers=target("BulkPublish"))
        assert (answer.status, answer.json) == (200, configuration(pool_id))

    def test_a_body_on_get_is_ignored(self, door: Door, pool_id: str) -> None:
        """boto 2 sends {} with every GET."""
        for body in ("{}", "nonsense"):
            assert door.http("GET", door.configuration_path(pool_id), body).json == configuration(pool_id)

    def test_an_empty_body_changes_nothing(self, door: Door, client: Any, pool_id: str) -> None:
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
        answer = door.http("POST", door.configuration_path(pool_id))
        assert (answer.status, answer.json) == (200, configuration(pool_id, PUSH_SYNC))

    def test_the_id_in_the_path_wins_over_one_in_the_body(self, door: Door, pool_id: str) -> None:
        body = json.dumps({"IdentityPoolId": SAMPLE_ID, "PushSync": PUSH_SYNC})
        answer = door.http("POST", door.configuration_path(pool_id), body)
        assert (answer.status, answer.json) == (200, configuration(pool_id, PUSH_SYNC))

    def test_a_trailing_slash_does_not_matter(self, door: Door, pool_id: str) -> None:
        assert door.http("GET", door.configuration_path(pool_id) + "/").json == configuration(pool_id)

    def test_an_empty_id_is_refused_as_a_value(self, door: Door) -> None:
        answer = door.http("GET", "/identitypools//configuration")
        assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "InvalidParameterException:")
        assert "Value '' at 'identityPoolId'" in answer.json["message"]

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/identitypools/a:b/nonsense"),
            ("PUT", "/identitypools/a:b/configuration"),
            ("DELETE", "/identitypools"),
            ("GET", "/identitypools/a:b/identities/a:b/datasets/d/records/more"),
        ],
    )
    def test_unknown_paths_and_methods(self, door: Door, method: str, path: str) -> None:
        answer = door.http(method, path)
        assert (answer.status, answer.headers["x-amzn-errortype"]) == (404, "UnknownOperationException:")
        assert answer.json == {"message": "The requested operation is not recognized by the service."}


class TestTarget:
    @pytest.mark.parametrize("prefix", TARGET_PREFIXES)
    def test_both_spellings(self, door: Door, pool_id: str, prefix: str) -> None:
        body = json.dumps({"IdentityPoolId": pool_id, "PushSync": PUSH_SYNC})
        answer = door.http("POST", "/", body, headers=target("SetIdentityPoolConfiguration", prefix))
        assert (answer.status, answer.json) == (200, configuration(pool_id, PUSH_SYNC))
        assert answer.headers["content-type"] == "application/json"

    def test_errors_have_status_header_and_type(self, door: Door) -> None:
        body = json.dumps({"IdentityPoolId": SAMPLE_ID})
        answer = door.http("POST", "/", body, headers=target("GetIdentityPoolConfiguration"))
        assert (answer.status, answer.headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException:")
        assert answer.json == {
            "__type": "ResourceNotFoundException",
            "message": f"IdentityPool '{SAMPLE_ID}' not found",
        }

    def test_amazon_json_is_answered_in_kind(self, door: Door, pool_id: str) -> None:
        headers = {**target("GetIdentityPoolConfiguration"), "Content-Type": "application/x-amz-json-1.1"}
        answer = door.http("POST", "/", json.dumps({"IdentityPoolId": pool_id}), headers=headers)
        assert answer.headers["content-type"] == "application/x-amz-json-1.1"

    @pytest.mark.parametrize(
        "header", ["AWSCognitoSyncService.Nonsense", "AWSCognitoSyncService", "Other.ListRecords", ""]
    )
    def test_unknown_targets(self, door: Door, header: str) -> None:
        answer = door.http("POST", "/", "{}", headers={"X-Amz-Target": header, "Content-Type": "application/json"})
        assert (answer.status, answer.headers["x-amzn-errortype"]) == (404, "UnknownOperationException:")
        assert answer.json["__type"] == "UnknownOperationException"


class TestEnvelope:
    def test_no_header_is_needed(self, door: Door, pool_id: str) -> None:
        """requests-aws4auth tests itself this way, with a misspelt target header."""
        answer = door.http(
            "POST",
            "/",
            envelope("SetIdentityPoolConfiguration", IdentityPoolId=pool_id, PushSync=PUSH_SYNC),
            headers={"Content-Type": "application/json", "X-Amz_Target": "AWSCognitoSyncService.ListIdentityPoolUsage"},
        )
        assert answer.status == 200
        assert answer.json == {
            "Output": {
                "__type": f"{MODEL}#SetIdentityPoolConfigurationResponse",
                **configuration(pool_id, PUSH_SYNC),
            },
            "Version": "1.0",
        }

    def test_errors_come_with_status_200(self, door: Door) -> None:
        answer = door.http("POST", "/", envelope("GetIdentityPoolConfiguration", IdentityPoolId=SAMPLE_ID))
        assert answer.status == 200
        assert answer.json == {
            "Output": {
                "__type": f"{MODEL}#ResourceNotFoundException",
                "message": f"IdentityPool '{SAMPLE_ID}' not found",
            },
            "Version": "1.0",
        }

    @pytest.mark.parametrize(
        "body",
        [
            {"Operation": f"{MODEL}#Nonsense", "Input": {}},
            {"Operation": None, "Service": f"{MODEL}#AWSCognitoSyncService"},
            {"Operation": f"{MODEL}#BulkPublish", "Service": "com.amazonaws.other#Service", "Input": {}},
            {"Operation": f"{MODEL}#BulkPublish", "Service": [], "Input": {}},
            {"Operation": {}, "Service": {}, "Input": {}},
        ],
    )
    def test_unknown_operations(self, door: Door, body: Any) -> None:
        answer = door.http("POST", "/", json.dumps(body))
        assert answer.status == 200
        assert answer.json["Output"]["__type"] == "com.amazon.coral.service#UnknownOperationException"

    def test_numbers_may_be_strings(self, door: Door, pool_id: str) -> None:
        members = {
            "IdentityPoolId": pool_id,
            "IdentityId": SAMPLE_ID,
            "DatasetName": "!",
            "SyncSessionToken": "x",
            "RecordPatches": [
                {"Op": "replace", "Key": "k", "SyncCount": "0", "DeviceLastModifiedDate": "1412974057.151"}
            ],
        }
        accepted = door.http("POST", "/", envelope("UpdateRecords", **members))
        assert accepted.json["Output"]["__type"] == f"{MODEL}#InvalidParameterException"
        refused = door.http("POST", "/", json.dumps(members), headers=target("UpdateRecords"))
        assert refused.json["__type"] == "SerializationException"

    def test_no_input_is_empty_input(self, door: Door) -> None:
        answer = door.http("POST", "/", json.dumps({"Operation": f"{MODEL}#BulkPublish", "Input": None}))
        assert "Value null at 'identityPoolId'" in answer.json["Output"]["message"]


class TestAnswers:
    def test_absent_members_are_null_and_all_in_alphabetical_order(self, door: Door, pool_id: str) -> None:
        path = door.configuration_path(pool_id)
        assert door.http("GET", path).body.decode() == (
            f'{{"CognitoStreams":null,"IdentityPoolId":"{pool_id}","PushSync":null}}'
        )
        body = json.dumps({"PushSync": {"RoleArn": ROLE}, "CognitoStreams": {"StreamName": "s"}})
        assert door.http("POST", path, body).body.decode() == (
            '{"CognitoStreams":{"DisabledReason":null,"RoleArn":null,"StreamName":"s","StreamingStatus":null},'
            f'"IdentityPoolId":"{pool_id}","PushSync":{{"ApplicationArns":null,"RoleArn":"{ROLE}"}}}}'
        )

    def test_an_empty_list_stays_an_empty_list(self, door: Door, pool_id: str) -> None:
        answer = door.http("POST", door.configuration_path(pool_id), '{"PushSync":{"ApplicationArns":[]}}')
        assert answer.json["PushSync"] == {"ApplicationArns": [], "RoleArn": None}

    @pytest.mark.parametrize("status", [200, 404])
    def test_every_answer_has_a_request_id_that_a_browser_may_read(self, door: Door, pool_id: str, status: int) -> None:
        answer = door.http("GET", door.configuration_path(pool_id if status == 200 else SAMPLE_ID))
        assert answer.status == status
        assert re.fullmatch(UUID, answer.headers["x-amzn-requestid"])
        assert answer.headers["access-control-allow-origin"] == "*"
        exposed = answer.headers["access-control-expose-headers"].split(",")
        assert {"x-amzn-RequestId", "x-amzn-ErrorType", "x-amzn-ErrorMessage"} <= set(exposed)

    def test_a_clients_request_id_comes_back(self, door: Door, pool_id: str) -> None:
        """As in the sample of the API reference; anything but a uuid does not."""
        given = "a46db021-f5dd-45d6-af5b-7069fa4a211b"
        path = door.configuration_path(pool_id)
        assert door.http("GET", path, headers={"X-AMZN-REQUESTID": given}).headers["x-amzn-requestid"] == given
        other = door.http("GET", path, headers={"X-AMZN-REQUESTID": "nonsense"}).headers["x-amzn-requestid"]
        assert re.fullmatch(UUID, other)


class TestSerialization:
    """A body that is not JSON, or of the wrong JSON type, is refused before any constraint is looked at."""

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b"nonsense",
            b"'",
            b"\xff\xfe",
            b'{"PushSync": NaN}',
            b"[" * 100_000,
            b'{"CognitoStreams": {"StreamName": ' + b"9" * 5000 + b"}}",
        ],
    )
    def test_not_json(self, door: Door, client: Any, pool_id: str, body: bytes) -> None:
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
        for path, headers in ((door.configuration_path(pool_id), {}), ("/", target("SetIdentityPoolConfiguration"))):
            answer = door.http("POST", path, body, headers=headers)
            assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "SerializationException:")
        assert door.http("GET", door.configuration_path(pool_id)).json == configuration(pool_id, PUSH_SYNC)

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ("[]", "Start of list found where not expected"),
            ('"text"', "Unexpected field type"),
            ("null", "Unexpected field type"),
            ('{"PushSync": []}', "Start of list found where not expected"),
            ('{"PushSync": "text"}', "Unexpected field type"),
            ('{"PushSync": {"RoleArn": ["a list where a string belongs"]}}', "Start of list found where not expected"),
            ('{"PushSync": {"RoleArn": {}}}', "Start of structure or map found where not expected."),
            (
                '{"PushSync": {"RoleArn": 1}}',
                "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String",
            ),
            ('{"PushSync": {"RoleArn": true}}', "class java.lang.Boolean can not be converted to an String"),
            ('{"PushSync": {"ApplicationArns": "text"}}', "Unexpected field type"),
            (
                '{"PushSync": {"ApplicationArns": {}}}',
                "Start of structure or map found where not expected.",
            ),
        ],
    )
    def test_wrong_types(self, door: Door, pool_id: str, body: str, message: str) -> None:
        answer = door.http("POST", door.configuration_path(pool_id), body)
        assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "SerializationException:")
        assert answer.json == {"message": message}
        assert door.http("GET", door.configuration_path(pool_id)).json == configuration(pool_id)

    @pytest.mark.parametrize(
        ("patch", "message"),
        [
            ({"SyncCount": "0"}, "class java.lang.String can not be converted to a Long"),
            ({"SyncCount": True}, "class java.lang.Boolean can not be converted to a Long"),
            ({"SyncCount": 2**63}, f"Numeric value ({2**63}) out of range of long"),
            (
                {"DeviceLastModifiedDate": "2020-01-01"},
                "class java.lang.String can not be converted to milliseconds since epoch",
            ),
        ],
    )
    def test_wrong_types_of_numbers_and_dates(self, door: Door, pool_id: str, patch: Any, message: str) -> None:
        """The date's sentence was seen at AWS."""
        path = f"/identitypools/{pool_id}/identities/{SAMPLE_ID}/datasets/d"
        body = {"SyncSessionToken": "t", "RecordPatches": [{"Op": "replace", "Key": "k", "SyncCount": 0, **patch}]}
        answer = door.http("POST", path, json.dumps(body))
        assert (answer.status, answer.json) == (400, {"message": message})

    def test_a_number_beyond_all_bounds(self, door: Door, pool_id: str) -> None:
        path = f"/identitypools/{pool_id}/identities/{SAMPLE_ID}/datasets/d"
        for member in ("SyncCount", "DeviceLastModifiedDate"):
            body = f'{{"SyncSessionToken":"t","RecordPatches":[{{"Op":"replace","Key":"k","{member}":1e999}}]}}'
            assert door.http("POST", path, body).headers["x-amzn-errortype"] == "SerializationException:"

    def test_unknown_members_are_ignored(self, door: Door, pool_id: str) -> None:
        body = json.dumps(
            {"Nonsense": 1, "PushSync": {**PUSH_SYNC, "Nonsense": []}, "CognitoStreams": {"Nonsense": {}}}
        )
        answer = door.http("POST", door.configuration_path(pool_id), body)
        assert (answer.status, answer.json) == (200, configuration(pool_id, PUSH_SYNC))

    def test_of_duplicate_keys_the_last_wins(self, door: Door, pool_id: str) -> None:
        body = '{"CognitoStreams":{"StreamName":"first"},"CognitoStreams":{"StreamName":"a","StreamName":"b"}}'
        answer = door.http("POST", door.configuration_path(pool_id), body)
        assert answer.json["CognitoStreams"]["StreamName"] == "b"

    def test_explicit_null_is_absent(self, door: Door, client: Any, pool_id: str) -> None:
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC, CognitoStreams=STREAMS)
        answer = door.http(
            "POST", door.configuration_path(pool_id), '{"PushSync":null,"CognitoStreams":{"StreamName":null}}'
        )
        assert answer.json == configuration(pool_id, PUSH_SYNC)

    def test_bodies_over_10_mib_are_too_large(self, door: Door, pool_id: str) -> None:
        path = door.configuration_path(pool_id)
        filler = "x" * (10 * 1024 * 1024 - len('{"Nonsense":""}'))
        assert door.http("POST", path, f'{{"Nonsense":"{filler}"}}').status == 200
        answer = door.http("POST", path, f'{{"Nonsense":"{filler}x"}}')
        assert (answer.status, answer.headers["x-amzn-errortype"]) == (413, "RequestEntityTooLargeException:")


class TestSignature:
    def test_unsigned_requests_are_refused(self, door: Door, pool_id: str) -> None:
        answer = door.http("GET", door.configuration_path(pool_id), signed=False)
        assert (answer.status, answer.json) == (403, {"message": "Missing Authentication Token"})
        assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException:"

    def test_unsigned_envelopes_are_refused_in_an_envelope(self, door: Door) -> None:
        answer = door.http(
            "POST", "/", envelope("BulkPublish"), headers={"Content-Type": "application/json"}, signed=False
        )
        assert answer.status == 200
        assert answer.json["Output"]["__type"] == "com.amazon.coral.service#MissingAuthenticationTokenException"

    def test_a_signature_without_credential_is_incomplete(self, door: Door, pool_id: str) -> None:
        header = "AWS4-HMAC-SHA256 Signature=0"
        answer = door.http("GET", door.configuration_path(pool_id), headers={"Authorization": header})
        assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "IncompleteSignatureException:")
        assert header in answer.json["message"]

    def test_presigned_requests_are_signed(self, door: Door, pool_id: str) -> None:
        scope = "FOOBARKEY%2F20261123%2Fus-east-1%2Fcognito-sync%2Faws4_request"
        query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}"
        answer = door.http("GET", f"{door.configuration_path(pool_id)}?{query}", signed=False)
        assert (answer.status, answer.json) == (200, configuration(pool_id))


def test_a_preflight_is_allowed_without_credentials(door: Door) -> None:
    """As observed at AWS."""
    answer = door.http(
        "OPTIONS",
        "/identitypools/stringValue/bulkpublish",
        headers={
            "Origin": "http://localhost:3000",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,x-amz-date",
        },
        signed=False,
    )
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "authorization,x-amz-date"
    assert answer.headers["access-control-max-age"] == "172800"
    assert answer.headers["content-length"] == "0"


class TestErrorMessage:
    """Seen at AWS: REST errors repeat their message in a header."""

    def test_it_stands_in_a_header(self, door: Door) -> None:
        answer = door.http("GET", door.configuration_path("us-east-1:0"))
        assert answer.headers["x-amzn-errormessage"] == answer.json["message"] == "IdentityPool 'us-east-1:0' not found"

    def test_only_what_a_header_can_hold(self, door: Door, pool_id: str) -> None:
        """A message may quote what a client sent: other scripts, line ends, a megabyte."""
        path = f"/identitypools/{pool_id}/configuration"
        quoted = "\u00e4\r\nSet-Cookie: a=b" + "x" * 2000
        answer = door.http("POST", path, json.dumps({"PushSync": {"RoleArn": quoted}}))
        assert answer.status == 400
        assert quoted in answer.json["message"]
        header = answer.headers["x-amzn-errormessage"]
        assert "set-cookie" not in answer.headers
        assert (len(header), "???Set-Cookie: a=bxxx" in header) == (1024, True)
