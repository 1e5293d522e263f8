"""The AWS SDK for Go, version 1, as Debian packages it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

if TYPE_CHECKING:
    from cogsync_mock import CognitoSyncMock, CognitoSyncServer

PROGRAM = Path(__file__).parent / "go" / "main.go"
GOPATH = Path("/usr/share/gocode")
pytestmark = pytest.mark.skipif(
    shutil.which("go") is None or not (GOPATH / "src/github.com/aws/aws-sdk-go").is_dir(),
    reason="no Go with the AWS SDK here: apt-get install golang-go golang-github-aws-aws-sdk-go-dev",
)


def test_it_writes_what_boto3_reads(
    cognito_sync_mock: CognitoSyncMock, cognito_sync_server: CognitoSyncServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environment = {
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": str(GOPATH),
        "GOFLAGS": "-p=2",
        "GOCACHE": os.environ.get("GOCACHE") or str(tmp_path_factory.getbasetemp() / "gocache"),
    }
    done = subprocess.run(
        ["go", "run", str(PROGRAM), cognito_sync_server.endpoint_url],  # noqa: S607  # wherever it is installed
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pool_id, identity_id, value, refused = json.loads(done.stdout)
    assert (value, refused) == ("7", "InvalidParameterException")
    found = cognito_sync_mock.client().list_records(IdentityPoolId=pool_id, IdentityId=identity_id, DatasetName="save")
    assert [record["Value"] for record in found["Records"]] == ["7"]
    assert boto3.client("s3").get_object(Bucket="from-go", Key="a/b c")["Body"].read() == b"content"
