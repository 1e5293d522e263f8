"""curl, which signs by itself, and sends what SDKs do not."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from data import PUSH_SYNC

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cogsync_mock import CognitoSyncMock, CognitoSyncServer

    Curl = Callable[..., subprocess.CompletedProcess[str]]

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="no curl here: install it")


@pytest.fixture
def curl(cognito_sync_server: CognitoSyncServer) -> Curl:
    def run(
        path: str, *arguments: str, service: str = "cognito-sync", **kwargs: Any
    ) -> subprocess.CompletedProcess[str]:
        signature = ("--aws-sigv4", f"aws:amz:us-east-1:{service}", "--user", "key:secret")
        command = [
            str(CURL),
            "--silent",
            "--show-error",
            *signature,
            *arguments,
            cognito_sync_server.endpoint_url + path,
        ]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **kwargs)

    return run


@pytest.fixture
def pool_id(cognito_sync_mock: CognitoSyncMock) -> str:
    return cognito_sync_mock.create_identity_pool()


def test_what_is_set_is_what_is_got(curl: Curl, pool_id: str, cognito_sync_mock: CognitoSyncMock) -> None:
    content = ("--header", "Content-Type: application/json", "--data", json.dumps({"PushSync": PUSH_SYNC}))
    written = json.loads(curl(f"/identitypools/{pool_id}/configuration", *content).stdout)
    assert written["PushSync"] == PUSH_SYNC
    stored = cognito_sync_mock.client().get_identity_pool_configuration(IdentityPoolId=pool_id)
    assert stored["PushSync"] == PUSH_SYNC


@pytest.mark.parametrize("colon", [":", "%3A", "%253A"])
@pytest.mark.parametrize("more", [(), ("--request", "GET", "--data", "{}"), ("--http1.0",)])
def test_ids_are_understood_however_they_are_written(
    curl: Curl, pool_id: str, colon: str, more: tuple[str, ...]
) -> None:
    done = curl(f"/identitypools/{pool_id.replace(':', colon)}/configuration", *more)
    assert json.loads(done.stdout)["IdentityPoolId"] == pool_id


def test_large_bodies_wait_for_one_word_of_the_server(curl: Curl, tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(b"a" * 2_000_000)
    curl("/bucket", "--request", "PUT", service="s3")
    sent = curl("/bucket/large", "--upload-file", str(large), "--header", "Expect: 100-continue", "-v", service="s3")
    assert re.findall(r"^< HTTP/1\.1 (\d+)", sent.stderr, re.MULTILINE) == ["100", "200"]
    seen = curl("/bucket/large", "--head", service="s3")
    assert re.search(r"^content-length: 2000000\b", seen.stdout, re.MULTILINE | re.IGNORECASE)


def test_chunks_of_unknown_length_arrive_whole(curl: Curl) -> None:
    curl("/bucket", "--request", "PUT", service="s3")
    chunked = ("--upload-file", "-", "--header", "Transfer-Encoding: chunked", "--header", "x-amz-content-sha256: a")
    curl("/bucket/chunks", *chunked, service="s3", input="what arrives")
    assert curl("/bucket/chunks", service="s3").stdout.strip() == "what arrives"


def test_a_connection_is_used_again(curl: Curl, cognito_sync_server: CognitoSyncServer) -> None:
    done = curl("/identitypools", "-v", f"{cognito_sync_server.endpoint_url}/identitypools")
    assert "Re-using existing connection" in done.stderr


def test_http_2_fails_at_once_and_http_1_is_the_remedy(curl: Curl) -> None:
    assert curl("/identitypools", "--http2-prior-knowledge").returncode != 0
    assert curl("/identitypools", "--http2").returncode == 0
    assert curl("/identitypools", "--http1.1").returncode == 0
