"""No input ends the server, makes it fail, or changes what others have stored."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
from fuzzer import Fuzzer
from running import KEYS, command, port_of, use

if TYPE_CHECKING:
    from pathlib import Path

#: 20,000 by night.
REQUESTS = int(os.environ.get("COGSYNC_FUZZ_REQUESTS", "500"))
SEED = int(os.environ.get("COGSYNC_FUZZ_SEED", "12"))


def state(url: str, pool_id: str) -> Any:
    clients = {
        name: boto3.client(name, endpoint_url=url, **KEYS) for name in ("cognito-sync", "cognito-identity", "s3")
    }
    configuration = clients["cognito-sync"].get_identity_pool_configuration(IdentityPoolId=pool_id)
    pools = clients["cognito-identity"].list_identity_pools(MaxResults=60)["IdentityPools"]
    body = clients["s3"].get_object(Bucket="kept", Key="key")["Body"].read()
    return configuration["PushSync"], pools, body


def test_the_server_survives_every_request_and_fails_in_none(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as stream, command("-p", "0", stderr=stream) as (process, url):
        pool_id = use(url)
        s3 = boto3.client("s3", endpoint_url=url, **KEYS)
        s3.create_bucket(Bucket="kept")
        s3.put_object(Bucket="kept", Key="key", Body=b"content")
        before = state(url, pool_id)
        fuzzer = Fuzzer(port_of(url), SEED)
        fuzzer.run(REQUESTS)
        assert process.poll() is None
        assert fuzzer.bad == []
        assert state(url, pool_id) == before
    assert b"Traceback" not in log.read_bytes()
    assert fuzzer.statuses[200] > 0
    assert fuzzer.statuses[400] > 0
