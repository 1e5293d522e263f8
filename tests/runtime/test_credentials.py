"""Inside the mock nothing is signed with what the user would have to fetch; afterwards all is the user's again."""

from __future__ import annotations

import json
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.credentials import Credentials, RefreshableCredentials
from programs import python

from cogsync_mock import mock_aws

if TYPE_CHECKING:
    from pathlib import Path

ONCE = Config(retries={"max_attempts": 0})

# A client made by a profile before the package is loaded; names are not resolved, so nothing can leave.
EARLY = """
    import boto3, socket
    def no(host, *a, **k): raise SystemExit("LEAK to " + str(host))
    socket.getaddrinfo = no
    session = boto3.Session()
    sts = session.client("sts", region_name="us-east-1")
    from cogsync_mock import mock_aws
    with mock_aws() as mock:
        print("inside", sts.get_caller_identity()["Account"], mock.calls.last.access_key)
        sqs = session.client("sqs", region_name="us-east-1")
        print("later", sqs.list_queues()["ResponseMetadata"]["HTTPStatusCode"])
    try:
        print("after", sts._request_signer._credentials.get_frozen_credentials().access_key)
    except (Exception, SystemExit) as error:
        print("after", error)
"""


def early(tmp_path: Path, config: str) -> list[str]:
    (tmp_path / "config").write_text(config)
    given = {
        "HOME": str(tmp_path),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_PROFILE": "dev",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    forget = "import os\nfor name in [n for n in os.environ if n.startswith('AWS')]: del os.environ[name]\n"
    return python(f"{forget}os.environ.update({given!r})\n{textwrap.dedent(EARLY)}").splitlines()


ROLE = """
[profile base]
aws_access_key_id = AKIAREALREALREALREAL
aws_secret_access_key = s
[profile dev]
role_arn = arn:aws:iam::111122223333:role/dev
source_profile = base
"""
SSO = """
[profile dev]
sso_start_url = https://example.awsapps.com/start
sso_region = us-east-1
sso_account_id = 111122223333
sso_role_name = Dev
"""


class TestEarlierClients:
    def test_a_role_is_not_assumed(self, tmp_path: Path) -> None:
        inside, later, after = early(tmp_path, ROLE)
        assert (inside, later) == ("inside 123456789012 FOOBARKEY", "later 200")
        assert after.startswith("after LEAK to sts")  # the real STS would be asked now: that is right

    def test_sso_is_not_asked(self, tmp_path: Path) -> None:
        inside, later, _ = early(tmp_path, SSO)
        assert (inside, later) == ("inside 123456789012 FOOBARKEY", "later 200")

    def test_a_process_is_not_run_again(self, tmp_path: Path) -> None:
        """botocore runs it once when the client is made; these credentials are about to expire."""
        ran = tmp_path / "ran"
        told = {
            "Version": 1,
            "AccessKeyId": "AKIAREALREALREALREAL",
            "SecretAccessKey": "s",
            "SessionToken": "t",
            "Expiration": "2020-01-01T00:00:00Z",
        }
        script = tmp_path / "process.py"
        script.write_text(f"open({str(ran)!r}, 'a').write('x')\nprint({json.dumps(told)!r})\n")
        inside, later, _ = early(tmp_path, f"[profile dev]\ncredential_process = {sys.executable} {script}\n")
        assert (inside, later) == ("inside 123456789012 FOOBARKEY", "later 200")
        assert ran.read_text().count("x") <= 2  # when the client was made, and after the mock

    def test_without_any_credentials(self, tmp_path: Path) -> None:
        inside, later, after = early(tmp_path, "[profile dev]\nregion = us-east-1\n")
        assert (inside, later) == ("inside 123456789012 FOOBARKEY", "later 200")
        assert "NoneType" in after

    def test_static_keys_keep_their_meaning(self) -> None:
        """They choose the account under moto, so a client of another account stays one."""
        with mock_aws():
            keys = boto3.client("sts").assume_role(
                RoleArn="arn:aws:iam::222222222222:role/r", RoleSessionName="session"
            )
            given = keys["Credentials"]
            other: Any = boto3.client(
                "sts",
                aws_access_key_id=given["AccessKeyId"],
                aws_secret_access_key=given["SecretAccessKey"],
                aws_session_token=given["SessionToken"],
            )
            assert other.get_caller_identity()["Account"] == "222222222222"

    def test_refreshable_credentials_are_their_own_again(self) -> None:
        asked: list[str] = []

        def refresh() -> dict[str, str]:
            asked.append("x")
            return {"access_key": "REAL", "secret_key": "s", "token": "t", "expiry_time": "2099-01-01T00:00:00Z"}

        session = boto3.Session(region_name="us-east-1")
        session._session._credentials = RefreshableCredentials.create_from_metadata(
            {**refresh(), "expiry_time": "2020-01-01T00:00:00Z"}, refresh, "test"
        )
        client: Any = session.client("sqs", config=ONCE)
        own = client._request_signer._credentials
        asked.clear()
        with mock_aws() as mock:
            client.list_queues()
            assert (mock.calls.last.access_key, asked) == ("FOOBARKEY", [])
        assert client._request_signer._credentials is own
        assert own.get_frozen_credentials().access_key == "REAL"


class TestProfiles:
    @pytest.mark.parametrize("name", ["prod", "default", "anything at all"])
    def test_any_name_works_inside(self, name: str) -> None:
        with mock_aws() as mock:
            session = boto3.Session(profile_name=name, region_name="us-east-1")
            session.client("sqs").list_queues()
            session.resource("dynamodb")
            assert mock.calls.last.access_key == "FOOBARKEY"
            credentials = session.get_credentials()
            assert isinstance(credentials, Credentials)
            assert credentials.access_key == "FOOBARKEY"

    def test_and_not_outside(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from botocore.exceptions import ProfileNotFound

        monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
        with pytest.raises(ProfileNotFound):
            boto3.Session(profile_name="prod")


def test_the_mock_started_last_decides_whether_credentials_are_mocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    unmocked = {"core": {"mock_credentials": False}}

    def key() -> str:
        credentials = boto3.Session().get_credentials()
        assert credentials is not None
        return str(credentials.access_key)

    with mock_aws():
        with mock_aws(config=unmocked):
            assert key() == "AKIAREALREALREALREAL"
        assert key() == "FOOBARKEY"
    with mock_aws(config=unmocked):
        with mock_aws():
            assert key() == "FOOBARKEY"
        assert key() == "AKIAREALREALREALREAL"
    assert key() == "AKIAREALREALREALREAL"
