"""One parametrised door: every behaviour runs in process and through the server."""

from __future__ import annotations

import functools
import http.client
import json
import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.httpsession import URLLib3Session

from cogsync_mock.cognitoidentity.logins import issue
from cogsync_mock.cognitosync import references
from cogsync_mock.cognitosync.models import cognitosync_backends
from cogsync_mock.runtime.moto_seam import mock_is_active

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from cogsync_mock import CognitoSyncMock

pytest_plugins = ["pytester"]

REGION = "us-east-1"
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=FOOBARKEY/20261123/us-east-1/cognito-sync/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=0"
)
# To reach the mock's own validation, past botocore's.
UNCHECKED = Config(parameter_validation=False, retries={"max_attempts": 0})


@functools.cache
def _session() -> Any:
    """Return one session for all tests, made inside the first mock: loading botocore's models again takes time."""
    return boto3.Session()


@functools.cache
def _client(service: str, endpoint_url: str | None, region_name: str, config: Config | None) -> Any:
    """Return one client for all tests that want exactly this one: making it takes ten times as long as a call."""
    return _session().client(service, endpoint_url=endpoint_url, region_name=region_name, config=config)


@dataclass(frozen=True)
class Response:
    """A raw HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Door:
    """A way to the mock: by boto3 clients or by raw HTTP."""

    def __init__(self, mock: CognitoSyncMock, endpoint_url: str | None) -> None:
        self.mock = mock
        self.endpoint_url = endpoint_url

    def client(self, service: str = "cognito-sync", *, config: Config | None = UNCHECKED, **kwargs: Any) -> Any:
        region_name = kwargs.pop("region_name", REGION)
        if not kwargs:
            return _client(service, self.endpoint_url, region_name, config)
        return _session().client(
            service, endpoint_url=self.endpoint_url, region_name=region_name, config=config, **kwargs
        )

    def identity_client(self, identity_id: str) -> Any:
        """Return a client that signs with the credentials of an identity."""
        keys = issue(identity_id)
        assert keys is not None
        return self.client(
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            aws_session_token=keys.session_token,
        )

    def http(
        self,
        method: str,
        path: str,
        body: bytes | str = b"",
        *,
        headers: dict[str, str] | None = None,
        signed: bool = True,
    ) -> Response:
        """Send exactly this."""
        body = body.encode() if isinstance(body, str) else body
        sent = {"Authorization": SIGNED} if signed else {}
        sent.update(headers or {})
        if self.endpoint_url is None:
            url = f"https://cognito-sync.{REGION}.amazonaws.com{path}"
            answer = URLLib3Session().send(AWSPreparedRequest(method, url, sent, body, stream_output=False))
            return Response(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.content)
        connection = http.client.HTTPConnection(urlsplit(self.endpoint_url).netloc, timeout=10)
        try:
            connection.request(method, path, body or None, sent)
            got = connection.getresponse()
            return Response(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        finally:
            connection.close()

    def configuration_path(self, pool_id: str) -> str:
        return f"/identitypools/{quote(pool_id, safe='')}/configuration"


@pytest.fixture(params=["in_process", "server"])
def door(request: pytest.FixtureRequest, cognito_sync_mock: CognitoSyncMock) -> Door:
    """Both doors, one after the other."""
    if request.param == "in_process":
        return Door(cognito_sync_mock, None)
    return Door(cognito_sync_mock, request.getfixturevalue("cognito_sync_server").endpoint_url)


@pytest.fixture
def client(door: Door) -> Any:
    """A cognito-sync client with developer credentials that sends whatever it is given."""
    return door.client()


@pytest.fixture
def pool_id(door: Door) -> str:
    """An identity pool."""
    created: str = door.client("cognito-identity").create_identity_pool(
        IdentityPoolName="game", AllowUnauthenticatedIdentities=True
    )["IdentityPoolId"]
    return created


@pytest.fixture
def identity_id(door: Door, pool_id: str) -> str:
    """An identity in that pool."""
    got: str = door.client("cognito-identity").get_id(IdentityPoolId=pool_id)["IdentityId"]
    return got


@pytest.fixture
def unknown_pool_id() -> str:
    """A well-formed id that no pool has."""
    return f"{REGION}:{uuid.uuid4()}"


@pytest.fixture
def nothing_is_left() -> Iterator[None]:
    """Make sure that the mock is off before and after."""
    assert not mock_is_active()
    yield
    assert not mock_is_active()


@pytest.fixture
def modification_in_progress(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AbstractContextManager[None]]:
    """Return a context manager inside which a call of SetIdentityPoolConfiguration has begun and not ended."""
    inside, go_on = threading.Event(), threading.Event()

    def slow(*_: Any) -> list[str]:
        inside.set()
        assert go_on.wait(10)
        return []

    monkeypatch.setattr(references, "missing_references", slow)

    @contextmanager
    def held(pool_id: str, push_sync: Any) -> Iterator[None]:
        backend = cognitosync_backends["123456789012"][REGION]
        call = threading.Thread(
            target=backend.set_identity_pool_configuration,
            args=(pool_id, push_sync, None),
            kwargs={"verify_references": True},
        )
        call.start()
        assert inside.wait(10)
        try:
            yield
        finally:
            go_on.set()
            call.join()

    return held
