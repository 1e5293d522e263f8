"""The state outlives the server: saved at its end, loaded by the next one, handed out and taken back meanwhile."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from rich_state import RichState
from running import command, send

from cogsync_mock import CognitoSyncServer
from cogsync_mock.server.state_file import StateFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def url() -> Iterator[str]:
    with CognitoSyncServer() as server:
        server.reset()
        yield server.endpoint_url


def stop(process: subprocess.Popen[str]) -> str:
    """End a server as a system does; return what it said."""
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    return said


class TestTheFile:
    @pytest.mark.parametrize("name", ["state.json", "state.yaml"])
    def test_a_new_server_goes_on_where_the_old_one_ended(self, tmp_path: Path, name: str) -> None:
        saved = tmp_path / "state.json"
        with command("-p", "0", "--save", str(saved)) as (process, url):
            story = RichState(url)
            story.make()
            seen = story.seen()
            stop(process)
        loaded = tmp_path / name
        if loaded != saved:
            yaml = pytest.importorskip("yaml")
            loaded.write_text(yaml.safe_dump(json.loads(saved.read_bytes()), allow_unicode=True), encoding="utf-8")
        with command("-p", "0", "--load", str(loaded), "--save", str(saved)) as (process, url):
            assert send(url, "GET", "/state") == (200, json.loads(saved.read_bytes()))
            story.endpoint_url = url
            assert story.seen() == seen
            assert story.write(story.guest, "save", "k", "v")["SyncCount"] == 4
            assert send(url, "POST", "/state/save") == (200, {"status": "ok", "file": str(saved)})
            state = json.loads(saved.read_bytes())
            assert send(url, "GET", "/state") == (200, state)
            stop(process)
        assert json.loads(saved.read_bytes()) == state

    def test_a_file_that_is_no_state_is_said_to_be_none(self, tmp_path: Path) -> None:
        path = tmp_path / "state.json"
        path.write_text('{"version": 7}')
        result = subprocess.run(
            [sys.executable, "-m", "cogsync_mock", "-p", "0", "--load", str(path)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert result.returncode == 1
        assert result.stderr == (
            f"cogsync-mock: cannot load {path}: version: expected 1, the version that this one reads, not 7\n"
        )

    def test_a_disk_that_is_full_leaves_the_old_file_whole(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "state.json"
        file = StateFile(str(path))
        file.save({"a": 1})

        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left on device"):
            file.save({"a": 2})
        assert json.loads(path.read_bytes()) == {"a": 1}
        assert [found.name for found in tmp_path.iterdir()] == ["state.json"]

    def test_a_save_that_fails_says_why_and_the_server_goes_on(self, tmp_path: Path) -> None:
        folder = tmp_path / "kept"
        folder.mkdir()
        saved = folder / "state.json"
        with command("-p", "0", "--save", str(saved)) as (process, url):
            folder.rename(tmp_path / "moved")
            status, answer = send(url, "POST", "/state/save")
            assert (status, answer) == (409, {"error": f"could not save to {saved}: No such file or directory"})
            assert send(url, "GET", "/health")[0] == 200
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "cogsync-mock: " in said


class TestTheRoutes:
    def test_what_was_handed_out_is_taken_back(self, url: str) -> None:
        story = RichState(url)
        story.make()
        seen = story.seen()
        status, before = send(url, "GET", "/state")
        assert status == 200
        assert send(url, "POST", "/reset") == (200, {"status": "ok"})
        assert send(url, "GET", "/state") == (200, {"version": 1, "cognito-identity": {}, "cognito-sync": {}})
        assert send(url, "PUT", "/state", before) == (200, {"status": "ok"})
        assert send(url, "GET", "/state") == (200, before)
        assert story.seen() == seen

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            ([], "the document: expected an object, not []"),
            ({"version": 2}, "version: expected 1, the version that this one reads, not 2"),
            ({"version": 1, "cognito-identity": {}}, "the document: the member 'cognito-sync' is missing"),
            (
                {"version": 1, "cognito-identity": {}, "cognito-sync": {"1": {"us-east-1": 1}}},
                "cognito-sync/1/us-east-1: expected an object, not 1",
            ),
        ],
    )
    def test_a_bad_document_is_rejected_and_changes_nothing(self, url: str, content: Any, sentence: str) -> None:
        story = RichState(url)
        story.client("cognito-identity").create_identity_pool(
            IdentityPoolName="game", AllowUnauthenticatedIdentities=True
        )
        before = send(url, "GET", "/state")
        assert send(url, "PUT", "/state", content) == (400, {"error": sentence})
        assert send(url, "GET", "/state") == before
