"""Nothing leaves the process while a mock is on, and the user's own AWS settings are invisible and untouched."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

import boto3
import botocore.compat
import botocore.handlers
import botocore.httpsession
import moto.backend_index
import pytest
import requests
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from botocore.httpsession import URLLib3Session
from moto.core.config import default_user_config
from programs import python

from cogsync_mock import CognitoSyncMock, CognitoSyncServer, UnmockedRequest, mock_cognito_sync
from cogsync_mock.runtime.routing import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

ONCE = Config(retries={"max_attempts": 0}, connect_timeout=2, read_timeout=2)
SCOPE = "Credential=FOOBARKEY/20261123/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"


CARELESS = {
    "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def environment() -> dict[str, str]:
    """Return the environment but for what pytest itself changes."""
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


class TestKnownServices:
    def test_a_client_made_before_moto_was_imported(self) -> None:
        output = python(
            """
            import boto3
            client = boto3.client("cognito-sync")
            identity = boto3.client("cognito-identity")
            import sys
            assert "moto" not in sys.modules
            from cogsync_mock import mock_cognito_sync
            with mock_cognito_sync() as mock:
                pool_id = identity.create_identity_pool(
                    IdentityPoolName="game", AllowUnauthenticatedIdentities=False)["IdentityPoolId"]
                client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync={"ApplicationArns": []})
                print(client.get_identity_pool_configuration(IdentityPoolId=pool_id)["PushSync"])
                try:
                    client.get_identity_pool_configuration(IdentityPoolId="us-east-1:0")
                except client.exceptions.ResourceNotFoundException as error:
                    print(error.response["Error"]["Message"])
            """,
            **CARELESS,
        )
        assert output == "{'ApplicationArns': []}\nIdentityPool 'us-east-1:0' not found"

    @pytest.mark.parametrize("service", ["cognito-sync", "sqs", "sts", "lambda", "dynamodb", "sns"])
    def test_dual_stack_and_fips_hosts(self, cognito_sync_mock: CognitoSyncMock, service: str) -> None:
        calls = {
            "cognito-sync": (
                "get_identity_pool_configuration",
                {"IdentityPoolId": cognito_sync_mock.create_identity_pool()},
            ),
            "sqs": ("list_queues", {}),
            "sts": ("get_caller_identity", {}),
            "lambda": ("list_functions", {}),
            "dynamodb": ("list_tables", {}),
            "sns": ("list_topics", {}),
        }
        name, parameters = calls[service]
        for config in (
            Config(use_dualstack_endpoint=True, retries={"max_attempts": 0}),
            Config(use_fips_endpoint=True, retries={"max_attempts": 0}),
        ):
            answer = getattr(boto3.client(service, "us-east-1", config=config), name)(**parameters)
            assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200

    @pytest.mark.usefixtures("cognito_sync_mock")
    def test_custom_endpoints(self) -> None:
        client = boto3.client("sqs", "eu-west-1", endpoint_url="https://sqs.internal.example.com", config=ONCE)
        url = client.create_queue(QueueName="queue")["QueueUrl"]
        assert "eu-west-1" in url
        sync = boto3.client("cognito-sync", "eu-west-1", endpoint_url="https://sync.example.com", config=ONCE)
        with pytest.raises(sync.exceptions.ResourceNotFoundException):
            sync.get_identity_pool_configuration(IdentityPoolId="eu-west-1:0")

    def test_transfers_of_s3_do_not_leave_by_the_crt(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where awscrt is installed, boto3 would hand them to its own network stack."""
        from boto3.s3 import transfer

        def use_crt(_: Any) -> bool:
            return True

        monkeypatch.setattr(botocore.compat, "HAS_CRT", True)
        monkeypatch.setattr(transfer, "_should_use_crt", use_crt)
        with mock_cognito_sync():
            s3 = boto3.client("s3", "us-east-1", config=ONCE)
            s3.create_bucket(Bucket="bucket")
            s3.upload_fileobj(io.BytesIO(b"content"), "bucket", "key")
            assert s3.get_object(Bucket="bucket", Key="key")["Body"].read() == b"content"
        assert transfer._should_use_crt is use_crt

    @pytest.mark.usefixtures("cognito_sync_mock")
    def test_an_endpoint_set_inside_the_mock_by_the_application(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "https://real.example.com")
        assert boto3.client("sqs", "us-east-1", config=ONCE).list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200

    def test_the_requests_library(self, cognito_sync_mock: CognitoSyncMock) -> None:
        pool_id = cognito_sync_mock.create_identity_pool()
        url = f"https://cognito-sync.us-east-1.amazonaws.com/identitypools/{pool_id}/configuration"
        headers = {"Authorization": f"AWS4-HMAC-SHA256 {SCOPE.format('cognito-sync')}"}
        body = {"CognitoStreams": {"StreamName": "changes"}}
        assert (
            requests.post(url, json=body, headers=headers, timeout=5).json()["CognitoStreams"]["StreamName"]
            == "changes"
        )
        assert requests.get(url, headers=headers, timeout=5).json()["IdentityPoolId"] == pool_id
        assert requests.get(url, timeout=5).status_code == 403


@pytest.mark.cognito_sync_mock(assert_all_requests_mocked=False)
class TestUnknownRequests:
    def send(self, url: str, method: str = "GET", body: Any = None, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return URLLib3Session().send(AWSPreparedRequest(method, url, sent, body, stream_output=False))

    @pytest.mark.usefixtures("cognito_sync_mock")
    def test_the_error_says_operation_url_and_what_to_do(self) -> None:
        client = boto3.client("chime", "us-east-1", endpoint_url="https://chime.example.com", config=ONCE)
        with pytest.raises(UnmockedRequest) as caught:
            client.list_accounts()
        assert isinstance(caught.value, RuntimeError)
        assert (caught.value.operation, caught.value.url) == ("ListAccounts", "https://chime.example.com/accounts")
        assert str(caught.value) == (
            "ListAccounts was about to be sent to https://chime.example.com/accounts, "
            "and no service that moto mocks answers there. Nothing was sent. "
            "If the request is meant to leave this process, allow its host: passthrough=['chime.example.com']. "
            "If not, check the endpoint_url and the region of the client, or stub this call."
        )

    @pytest.mark.usefixtures("cognito_sync_mock")
    @pytest.mark.parametrize(
        ("request_parts", "operation"),
        [
            ({"url": "https://x.example.com/", "X_Amz_Target": "Service_20200101.DoThis"}, "DoThis"),
            ({"url": "https://x.example.com/?Action=DoThat"}, "DoThat"),
            ({"url": "https://x.example.com/", "method": "POST", "body": b"Action=DoMore&Version=1"}, "DoMore"),
            ({"url": "https://x.example.com/some/path", "method": "PUT"}, "PUT /some/path"),
            (
                {"url": "https://x.example.com/accounts/a/users", "Authorization": f"AWS4 {SCOPE.format('chime')}"},
                "ListUsers",
            ),
            ({"url": "https://x.example.com", "Authorization": f"AWS4 {SCOPE.format('nonsense')}"}, "GET /"),
        ],
    )
    def test_the_operation_is_found_where_it_stands(self, request_parts: Any, operation: str) -> None:
        with pytest.raises(UnmockedRequest) as caught:
            self.send(**request_parts)
        assert caught.value.operation == operation

    @pytest.mark.usefixtures("cognito_sync_mock")
    def test_loopback_may_always_be_reached(self) -> None:
        client = boto3.client("sqs", "us-east-1", endpoint_url="http://127.0.0.1:1", config=ONCE)
        with pytest.raises(EndpointConnectionError):
            client.list_queues()

    @pytest.mark.parametrize(
        ("host", "expected"),
        [
            ("localhost", True),
            ("cognito.localhost", True),
            ("127.0.0.1", True),
            ("127.9.9.9", True),
            ("::1", True),
            ("0.0.0.0", True),  # noqa: S104  # nothing is bound here
            ("::", True),
            ("0.0.0.1", False),
            ("10.0.0.1", False),
            ("localhost.example.com", False),
            ("127.0.0.1.example.com", False),
        ],
    )
    def test_what_loopback_is(self, host: str, expected: bool) -> None:  # noqa: FBT001  # a table
        assert is_loopback(host) is expected

    @pytest.mark.parametrize("allowed", ["x.invalid", "*.invalid", "X.INVALID"])
    def test_hosts_in_passthrough_may_be_reached(self, allowed: str) -> None:
        with mock_cognito_sync(passthrough=[allowed]), pytest.raises(EndpointConnectionError):
            self.send("https://x.invalid/")

    def test_passthrough_is_in_force_for_hosts_that_moto_knows(self) -> None:
        host = "sqs.us-east-1.amazonaws.com"
        with mock_cognito_sync(passthrough=[host]):
            # Sent for real; where there is a network the real SQS refuses the mocked key.
            with pytest.raises((EndpointConnectionError, botocore.exceptions.ClientError)):
                boto3.client("sqs", "us-east-1", config=ONCE, endpoint_url=f"https://{host}:1").list_queues()
            assert boto3.client("sqs", "eu-west-1").list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200

    def test_a_pattern_of_hosts_does_not_reach_into_paths(self) -> None:
        with mock_cognito_sync(passthrough=["*.example.com"]):
            s3 = boto3.client("s3", "us-east-1", config=ONCE)
            s3.create_bucket(Bucket="www.example.com")
            s3.put_object(Bucket="www.example.com", Key="a.example.com/b", Body=b"content")
            assert s3.get_object(Bucket="www.example.com", Key="a.example.com/b")["Body"].read() == b"content"

    def test_motos_own_passthrough_is_respected(self) -> None:
        config = {"core": {"passthrough": {"urls": [r"https://x\.invalid/"], "services": []}}}
        with mock_cognito_sync(config=config), pytest.raises(EndpointConnectionError):
            self.send("https://x.invalid/")


class TestHiddenEnvironment:
    SECRETS = {  # noqa: RUF012  # a table
        "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
        "AWS_SECRET_ACCESS_KEY": "real-secret",
        "AWS_SESSION_TOKEN": "real-token",
        "AWS_PROFILE": "production",
        "AWS_CONFIG_FILE": "/real/config",
        "AWS_SHARED_CREDENTIALS_FILE": "/real/credentials",
        "AWS_ENDPOINT_URL": "https://real.example.com",
        "AWS_ENDPOINT_URL_COGNITO_SYNC": "https://real-sync.example.com",
        "AWS_ROLE_ARN": "arn:aws:iam::111111111111:role/real",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/real/token",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/real",
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "AWS_BEARER_TOKEN_BEDROCK": "real-bearer",
        "AWS_MAX_ATTEMPTS": "9",
        "AWS_RETRY_MODE": "adaptive",
        "AWS_REGION": "ap-southeast-2",
    }

    @pytest.fixture
    def real_settings(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        for name, value in self.SECRETS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_SECURITY_TOKEN", "")
        monkeypatch.delenv("AWS_EC2_METADATA_DISABLED", raising=False)
        before = environment()
        yield
        assert environment() == before

    @pytest.mark.usefixtures("real_settings")
    def test_nothing_of_the_users_is_visible_inside(self) -> None:
        with mock_cognito_sync():
            assert [name for name, value in self.SECRETS.items() if os.environ.get(name) == value] == []
            assert os.environ["AWS_EC2_METADATA_DISABLED"] == "true"
            credentials = boto3.Session().get_credentials()
            assert credentials is not None
            assert (credentials.access_key, credentials.token) == ("FOOBARKEY", None)
            assert (
                boto3.client("cognito-sync", "us-east-1").meta.endpoint_url
                == "https://cognito-sync.us-east-1.amazonaws.com"
            )
            assert boto3.Session().available_profiles == []

    @pytest.mark.usefixtures("real_settings")
    def test_what_was_there_comes_back_whatever_happens_inside(self) -> None:
        with pytest.raises(LookupError), mock_cognito_sync():
            for name in list(self.SECRETS):
                os.environ[name] = "changed inside"
            os.environ["AWS_ENDPOINT_URL_SQS"] = "added inside"
            del os.environ["AWS_ACCESS_KEY_ID"]
            raise LookupError

    @pytest.mark.usefixtures("real_settings")
    def test_nested_and_overlapping(self) -> None:
        first, second = mock_cognito_sync(), mock_cognito_sync(region_name="eu-west-1")
        first.start()
        second.start()
        first.stop()
        assert os.environ["AWS_ACCESS_KEY_ID"] == "FOOBARKEY"
        second.stop()

    @pytest.mark.usefixtures("real_settings")
    def test_credentials_stay_if_moto_shall_not_mock_them(self) -> None:
        with mock_cognito_sync(config={"core": {"mock_credentials": False}}):
            assert os.environ["AWS_ACCESS_KEY_ID"] == self.SECRETS["AWS_ACCESS_KEY_ID"]
            assert "AWS_ENDPOINT_URL" not in os.environ

    @pytest.mark.parametrize(("given", "inside"), [("", "localhost,"), ("intra", "intra,localhost,"), ("*", "*")])
    def test_a_proxy_is_not_handed_what_is_for_this_machine(
        self, monkeypatch: pytest.MonkeyPatch, given: str, inside: str
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
        monkeypatch.setenv("NO_PROXY", given)
        monkeypatch.setenv("no_proxy", given)
        with CognitoSyncServer() as server, mock_cognito_sync() as mock:
            assert os.environ["NO_PROXY"].startswith(inside)
            pool_id = mock.create_identity_pool()
            client = boto3.client("cognito-sync", "us-east-1", endpoint_url=server.endpoint_url, config=ONCE)
            assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)["IdentityPoolId"] == pool_id
        assert os.environ["NO_PROXY"] == given

    def test_the_users_region_wins_over_the_default_but_not_over_one_given(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
        with mock_cognito_sync():
            assert boto3.client("cognito-sync").meta.region_name == "us-west-2"
            with mock_cognito_sync(region_name="eu-west-1"):
                assert boto3.client("cognito-sync").meta.region_name == "eu-west-1"
            assert boto3.client("cognito-sync").meta.region_name == "us-west-2"
        assert os.environ["AWS_DEFAULT_REGION"] == "us-west-2"
        monkeypatch.delenv("AWS_DEFAULT_REGION")
        with mock_cognito_sync(region_name="eu-west-1"):
            assert boto3.client("cognito-sync").meta.region_name == "eu-west-1"
        assert "AWS_DEFAULT_REGION" not in os.environ


def test_after_stop_everything_is_as_it_was() -> None:
    """Also after exceptions and with nested mocks."""

    def state() -> tuple[Any, ...]:
        return (
            environment(),
            list(botocore.handlers.BUILTIN_HANDLERS),
            boto3.DEFAULT_SESSION,
            URLLib3Session.__dict__["send"],
            list(moto.backend_index.backend_url_patterns),
            repr(default_user_config),
        )

    with mock_cognito_sync():
        pass
    boto3.setup_default_session(region_name="us-east-1")
    try:
        before = state()
        with pytest.raises(LookupError), mock_cognito_sync(passthrough=["x.example.com"], config={"iam": {}}):
            assert state() != before
            with mock_cognito_sync(region_name="eu-west-1", config={"lambda": {"use_docker": False}}):
                boto3.client("cognito-sync")
            raise LookupError
        assert state() == before
    finally:
        boto3.DEFAULT_SESSION = None
