"""The mock as an HTTP server: the tool runs as its users run it, in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cogsync_mock import CognitoSyncMock, CognitoSyncServer

    Run = Callable[[Path], tuple[int, str, str]]
    Configuration = Callable[[str], dict[str, Any]]

POOL = re.compile(r"\([a-z0-9-]+:[0-9a-f-]{36}\)")


@pytest.fixture
def run(cognito_sync_server: CognitoSyncServer) -> Run:
    """Run the command line against the server: exit status, output with POOL for each pool's id, errors."""

    def command_line(config: Path) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "gamesync", str(config), "--endpoint-url", cognito_sync_server.endpoint_url]
        here = Path(__file__).parents[1]
        done = subprocess.run(command, cwd=here, capture_output=True, encoding="utf-8", timeout=60, check=False)  # noqa: S603
        return done.returncode, POOL.sub("(POOL)", done.stdout), done.stderr

    return command_line


@pytest.fixture
def configuration(cognito_sync_server: CognitoSyncServer) -> Configuration:
    """Ask the server, as any other client would, how the pool of a name is configured."""

    def ask(name: str) -> dict[str, Any]:
        identity = boto3.client("cognito-identity", endpoint_url=cognito_sync_server.endpoint_url)
        pools = identity.list_identity_pools(MaxResults=60)["IdentityPools"]
        [pool_id] = [pool["IdentityPoolId"] for pool in pools if pool["IdentityPoolName"] == name]
        sync = boto3.client("cognito-sync", endpoint_url=cognito_sync_server.endpoint_url)
        answer: dict[str, Any] = sync.get_identity_pool_configuration(IdentityPoolId=pool_id)
        del answer["ResponseMetadata"]
        return answer

    return ask


@pytest.fixture
def mistyped(tmp_path: Path) -> Path:
    """A configuration file whose first game names a role that nobody made."""
    role = "arn:aws:iam::123456789012:role/pushh"
    games = [
        {"name": "dungeon", "stream": "dungeon-moves", "platforms": {"GCM": "dungeon-android"}, "role_arn": role},
        {"name": "regatta", "stream": "regatta-changes", "platforms": {"GCM": "regatta-android"}},
    ]
    file = tmp_path / "mistyped.json"
    file.write_text(json.dumps({"games": games}), encoding="utf-8")
    return file


def test_the_first_run_configures_and_the_second_changes_nothing(
    run: Run, configuration: Configuration, config: Path
) -> None:
    assert run(config) == (0, "dungeon: configured (POOL)\nregatta: configured (POOL)\n", "")
    dungeon, regatta = configuration("dungeon"), configuration("regatta")
    assert (dungeon["CognitoStreams"]["StreamName"], dungeon["CognitoStreams"]["StreamingStatus"]) == (
        "dungeon-changes",
        "ENABLED",
    )
    assert regatta["PushSync"]["ApplicationArns"] == ["arn:aws:sns:us-east-1:123456789012:app/GCM/regatta-android"]

    assert run(config) == (0, "dungeon: unchanged (POOL)\nregatta: unchanged (POOL)\n", "")
    assert (configuration("dungeon"), configuration("regatta")) == (dungeon, regatta)


def test_stopped_streaming_is_reported_and_enabled_again(
    run: Run, configuration: Configuration, config: Path, cognito_sync_mock: CognitoSyncMock
) -> None:
    """The server shares its data with the other fixtures, so the test can play AWS's part while the server runs."""
    run(config)
    before = configuration("regatta")
    cognito_sync_mock.stop_streaming(before["IdentityPoolId"], "The stream regatta-changes does not exist")
    assert configuration("regatta")["CognitoStreams"]["StreamingStatus"] == "DISABLED"

    status, output, _ = run(config)
    assert (status, output) == (
        0,
        "dungeon: unchanged (POOL)\nregatta: configured (POOL), streaming was DISABLED and is enabled again\n",
    )
    assert configuration("regatta") == before


@pytest.mark.cognito_sync_mock(verify_references=True)
def test_a_refused_game_keeps_its_configuration_and_does_not_hold_up_the_others(
    run: Run, configuration: Configuration, config: Path, mistyped: Path
) -> None:
    run(config)
    before = configuration("dungeon")
    status, output, errors = run(mistyped)
    assert (status, output) == (1, "regatta: unchanged (POOL)\n")
    assert errors.startswith("dungeon: An error occurred (InvalidParameterException)")
    assert errors.endswith("resources that do not exist: role arn:aws:iam::123456789012:role/pushh\n")
    assert configuration("dungeon") == before


@pytest.mark.cognito_sync_mock(region_name="eu-west-1")
def test_the_tool_follows_the_region_of_its_environment(
    run: Run, cognito_sync_client: Any, config: Path, cognito_sync_mock: CognitoSyncMock
) -> None:
    """A child process inherits the mock's environment: its credentials, which no account has, and its region."""
    assert run(config)[0] == 0
    pools = cognito_sync_mock.client("cognito-identity").list_identity_pools(MaxResults=60)["IdentityPools"]
    assert [pool["IdentityPoolId"].partition(":")[0] for pool in pools] == ["eu-west-1", "eu-west-1"]
    for pool in pools:
        assert "PushSync" in cognito_sync_client.get_identity_pool_configuration(IdentityPoolId=pool["IdentityPoolId"])


def test_a_file_that_lists_no_games_is_refused_before_anything_is_done(
    run: Run, cognito_sync_mock: CognitoSyncMock, tmp_path: Path
) -> None:
    file = tmp_path / "games.json"
    file.write_text('{"games": [{"name": "dungeon", "strem": "changes"}]}', encoding="utf-8")
    status, output, errors = run(file)
    assert (status, output) == (2, "")
    assert "games.json is not a list of games" in errors
    assert cognito_sync_mock.client("cognito-identity").list_identity_pools(MaxResults=60)["IdentityPools"] == []
