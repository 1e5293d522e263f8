"""What is looked up about requests to moto's services is what moto finds, for every service and on every moto."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from hypothesis import assume, given
from hypothesis import strategies as st
from moto.core import models, responses
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.config import default_user_config
from moto.core.models import BotocoreStubber
from moto.moto_api import recorder

from cogsync_mock import mock_cognito_sync
from cogsync_mock.runtime import moto_requests
from cogsync_mock.runtime.moto_dispatch import MotoDispatch, _MethodNames

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICES = {
    "apigateway": "apigateway",
    "cloudfront": "cloudfront",
    "cognito-identity": "cognito-identity",
    "cognito-sync": "cognito-sync",
    "dynamodb": "dynamodb",
    "eks": "eks",
    "glacier": "glacier",
    "iam": "iam",
    "iot": "iot",
    "kinesis": "kinesis",
    "lambda": "lambda",
    "pinpoint": "pinpoint",
    "route53": "route53",
    "s3": "s3",
    "s3control": "123456789012.s3-control",
    "sns": "sns",
    "sqs": "sqs",
    "sts": "sts",
}
OTHER_URLS = [
    "https://saves.s3.amazonaws.com/a/b%2Fc",
    "https://saves.s3.us-west-2.amazonaws.com/",
    "https://saves.s3-us-west-2.amazonaws.com/a",
    "https://s3.us-east-1.amazonaws.com/saves/a",
    "https://s3.cn-north-1.amazonaws.com.cn/saves",
    "https://sqs.us-iso-east-1.c2s.ic.gov/",
    "https://saves.s3.us-isob-east-1.sc2s.sgov.gov/a",
    "https://s3.local.some-test-domain.de/saves/a",
    "https://sqs.us-east-1.api.aws/",
    "https://nothing.us-east-1.amazonaws.com/",
    "https://nothing.us-east-1.amazonaws.com",
    "https://sqs.us-east-1.amazonaws.com/123456789012/turns?Action=SendMessage",
    "https://example.com/",
    "http://localhost:5000/",
    "https://motoapi.amazonaws.com/moto-api/data.json",
    "https://sts.amazonaws.com/",
    "https://0123456789.execute-api.us-east-1.amazonaws.com/prod/turns",
]


def prepared(method: str, url: str, headers: dict[str, Any] | None = None, body: Any = None) -> AWSPreparedRequest:
    fields = HTTPHeaders()
    for name, value in (headers or {}).items():
        fields[name] = value
    return AWSPreparedRequest(method, url, fields, body, stream_output=False)


def operations_of(service: str, host: str) -> Iterator[tuple[str, str]]:
    """Yield method and URL of all operations of a service."""
    model = botocore.session.Session().get_service_model(service)
    for name in model.operation_names:
        http = model.operation_model(name).http
        path = re.sub(r"\{[^}]*\+\}", "a/b", http["requestUri"].partition("?")[0])
        yield http["method"], f"https://{host}.us-east-1.amazonaws.com{re.sub(r'{[^}]*}', 'x1', path)}"


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A mock in which every method answers with its own pattern and what it was called with."""
    urls: Any = BaseBackend.urls

    def answering(pattern: str) -> Any:
        def method(request: Any, url: str, headers: Any) -> tuple[int, dict[str, Any], str]:
            return 200, {"url": url, "request": type(request), "names": [*dict(headers)]}, pattern

        return method

    with mock_cognito_sync():
        monkeypatch.setattr(
            BaseBackend, "urls", property(lambda self: {pattern: answering(pattern) for pattern in urls.fget(self)})
        )
        yield
        monkeypatch.undo()


def outcome(answer: Any, *args: Any) -> Any:
    """Return what a function answers or raises, comparable."""
    try:
        return answer(*args)
    except Exception as error:  # noqa: BLE001  # any of moto's
        return type(error), str(error)


def by_moto(request: Any) -> Any:
    return outcome(BotocoreStubber.process_request, models.botocore_stubber, request)


def backends() -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Return the backends that have come into being."""
    return sorted(
        (one.service_name, [(account, sorted(one[account].keys())) for account in one])
        for one in BackendDict._instances
    )


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_finds_the_method_that_moto_finds(service: str) -> None:
    dispatch = MotoDispatch()
    for method, url in dict.fromkeys(operations_of(service, SERVICES[service])):
        request = prepared(method, url, {"Authorization": b"AWS4", "X-Amz-Target": "x"})
        theirs = by_moto(prepared(method, url, {"Authorization": b"AWS4", "X-Amz-Target": "x"}))
        assert dispatch.answer(request) == theirs, url
        assert dispatch.answer(request) == theirs, url
    assert dispatch._fits is True


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize(
    "variables",
    [{}, {"MOTO_ENABLE_ISO_REGIONS": "true"}, {"MOTO_S3_CUSTOM_ENDPOINTS": "https://s3.local.some-test-domain.de"}],
)
def test_other_hosts_find_what_moto_finds(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    dispatch = MotoDispatch()
    for environment in (variables, {}, variables):
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            for url in OTHER_URLS:
                assert outcome(dispatch.answer, prepared("GET", url)) == by_moto(prepared("GET", url)), url


@pytest.mark.usefixtures("found")
def test_the_same_backends_come_into_being() -> None:
    def made(answer: Any) -> Any:
        BackendDict.reset()
        for url in OTHER_URLS:
            answer(prepared("GET", url))
        return backends()

    dispatch = MotoDispatch()
    assert made(dispatch.answer) == made(dispatch.answer) == made(by_moto)


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize(
    "core",
    [
        {"passthrough": {"services": ["sqs"]}},
        {"passthrough": {"urls": [r"https://sqs\.us-east-1"]}},
        {"service_whitelist": ["s3"]},
        {"service_whitelist": []},
        {"service_whitelist": ["s3"], "passthrough": {"services": ["s3", "sqs"]}},
    ],
)
def test_configuration_counts_whenever_it_changes(core: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    dispatch = MotoDispatch()
    for settings in ({}, core, {}, core):
        monkeypatch.setitem(default_user_config, "core", settings)
        for url in OTHER_URLS:
            assert outcome(dispatch.answer, prepared("GET", url)) == by_moto(prepared("GET", url)), url


@pytest.mark.usefixtures("found")
def test_services_that_moto_learns_or_forgets_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    import moto.backend_index

    dispatch, request = MotoDispatch(), prepared("GET", "https://sqs.us-east-1.amazonaws.com/")
    before = dispatch.answer(request)
    patterns = moto.backend_index.backend_url_patterns
    monkeypatch.setattr(moto.backend_index, "backend_url_patterns", [one for one in patterns if one[0] != "sqs"])
    assert dispatch.answer(request) == by_moto(request) == (404, {}, "Not yet implemented")
    monkeypatch.setattr(moto.backend_index, "backend_url_patterns", patterns)
    assert dispatch.answer(request) == before


def test_errors_that_a_method_raises_are_answered_as_by_moto() -> None:
    def answers(answer: Any) -> list[Any]:
        seen = []
        with mock_cognito_sync():
            for method, url, headers, body in [
                ("GET", "https://s3.amazonaws.com/nothing-here", {}, None),
                (
                    "POST",
                    "https://sqs.us-east-1.amazonaws.com/",
                    {"X-Amz-Target": "AmazonSQS.GetQueueUrl"},
                    '{"QueueName": "x"}',
                ),
                ("POST", "https://iam.amazonaws.com/", {}, b"Action=DeleteUser&UserName=x"),
                (
                    "POST",
                    "https://dynamodb.us-east-1.amazonaws.com/",
                    {"X-Amz-Target": "DynamoDB_20120810.Nothing"},
                    b"{}",
                ),
                ("GET", "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/x", {}, None),
                ("PATCH", "https://nothing.us-east-1.amazonaws.com/", {}, None),
            ]:
                result = outcome(answer, prepared(method, url, headers, body))
                # Ids, times and hosts of S3 are new in each.
                seen.append(
                    re.sub(r"[0-9a-fA-F-]{16,}|[A-Za-z0-9]{40,}|\d\d:\d\d:\d\d", "", str((result[0], result[-1])))
                )
        return seen

    assert answers(MotoDispatch().answer) == answers(by_moto)


def test_the_recorder_records_what_moto_records(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    def recorded(answer: Any, name: str) -> str:
        monkeypatch.setattr(recorder, "_location", str(tmp_path / name))
        monkeypatch.setattr(recorder, "_user_enabled", True)
        with mock_cognito_sync():
            target: dict[str, Any] = {
                "X-Amz-Target": b"AmazonSQS.ListQueues",
                "Content-Type": "application/x-amz-json-1.0",
            }
            outcome(answer, prepared("POST", "https://sqs.us-east-1.amazonaws.com/?a=%20", target, b"{}"))
            outcome(answer, prepared("GET", "https://s3.amazonaws.com/saves/a%2Fb", {}))
            answer(prepared("GET", "https://example.com/"))
        written = tmp_path / name
        return written.read_text() if written.exists() else ""

    assert recorded(MotoDispatch().answer, "ours") == recorded(by_moto, "theirs")


def test_a_moto_that_reads_otherwise_answers_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BotocoreStubber, "process_request", lambda _self, request: (200, {}, request.url))
    assert MotoDispatch().answer(prepared("GET", "https://example.com/")) == (200, {}, "https://example.com/")


def test_many_urls_take_no_more_memory_than_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cogsync_mock.runtime.moto_dispatch._MAX_URLS", 20)
    dispatch = MotoDispatch()
    with mock_cognito_sync():
        for number in range(50):
            dispatch.answer(prepared("HEAD", f"https://s3.amazonaws.com/saves/{number}"))
    assert 0 < len(dispatch._steps) <= 20


# The request that a method of moto's gets.

needs_werkzeug = pytest.mark.skipif(moto_requests._moto() is None, reason="this moto hands on botocore's requests")
urls = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["https", "http"]),
    st.sampled_from(["sqs.us-east-1.amazonaws.com", "saves.s3.amazonaws.com:8080", "s3.amazonaws.com"]),
    st.sampled_from(["", "/", "/saves/a%2Fb", "//a//b/", "/a b", "/ä", "/a;b=1", "/%E4", "/a+b"]),
    st.sampled_from(["", "?", "?a=1", "?a=%20&b=ä", "?acl", "?a=b?c"]),
)
names = st.sampled_from(
    [
        "Content-Type",
        "content-length",
        "Host",
        "x-amz-meta-a_b",
        "X-Amz-Meta-A-B",
        "Transfer-Encoding",
        "A_B",
        "Authorization",
    ]
)
values = st.sampled_from(
    ["", "1", "0", "application/json", "application/x-www-form-urlencoded", "multipart/form-data", "ä"]
)


@needs_werkzeug
@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE"]),
    url=urls,
    headers=st.dictionaries(names, values | values.map(str.encode), max_size=5),
    body=st.sampled_from([None, b"", "", b"body", "ä", bytearray(b"body")]),
)
def test_requests_are_those_that_moto_makes(method: str, url: str, headers: dict[str, Any], body: Any) -> None:
    # werkzeug writes an empty form of parts with a boundary by chance.
    assume(body or not any("multipart" in str(value) for value in headers.values()))

    def content(answer: Any) -> Any:
        request, raw_url, fields = answer(prepared(method, url, headers, body))
        return moto_requests._content(request), raw_url, [*fields], request.url, request.raw_path, dict(request.args)

    def theirs(request: Any) -> tuple[Any, str, Any]:
        made: Any = moto_requests._moto().normalize_request(request)
        return made, made.raw_url, made.headers

    assert outcome(content, moto_requests.arguments) == outcome(content, theirs)


@needs_werkzeug
def test_this_werkzeug_is_known() -> None:
    assert moto_requests._is_exact()


def test_which_operations_a_class_has_is_what_moto_lists() -> None:
    from moto.s3.responses import S3Response
    from moto.sqs.responses import SQSResponse

    for response in (S3Response, SQSResponse):
        listed = responses.method_names_from_class(response)
        asked = _MethodNames(response)
        assert {name for name in [*dir(response), "nothing", "__init__", ""] if name in asked} == {*listed}


def test_an_operation_that_moto_lacks_is_reported_as_by_moto() -> None:
    with (
        mock_cognito_sync(),
        pytest.raises((NotImplementedError, ClientError), match=r"list_sms_sandbox_phone_numbers|not"),
    ):
        boto3.client("sns", "us-east-1").list_sms_sandbox_phone_numbers()
