"""The file of --save is whole at every moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from cogsync_mock.server.state_file import StateFile

if TYPE_CHECKING:
    from pathlib import Path

LOOP = """
import sys
from cogsync_mock.server.state_file import StateFile
file = StateFile(sys.argv[1])
for number in range(10**9):
    file.save({"number": number, "more": ["x" * 1000] * 2000})
    if number == 1:
        print("saved", flush=True)
"""


def test_a_kill_in_the_middle_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    for wait in (0.0, 0.003, 0.011, 0.027):
        process = subprocess.Popen([sys.executable, "-c", LOOP, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"saved\n"
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        state = json.loads(path.read_bytes())
        assert state["number"] >= 1
        assert len(state["more"]) == 2000


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    file = StateFile(str(path))
    file.save({"a": 1})
    with pytest.raises(TypeError):
        file.save({"a": object()})
    path.chmod(0o640)
    file.save({"a": 2})
    assert json.loads(path.read_bytes()) == {"a": 2}
    assert path.stat().st_mode & 0o777 == 0o640
    assert [found.name for found in tmp_path.iterdir()] == ["state.json"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    link = tmp_path / "state.json"
    link.symlink_to(tmp_path / "kept" / "real.json")
    StateFile(str(link)).save({"a": 1})
    assert link.is_symlink()
    assert json.loads(link.read_bytes()) == {"a": 1}


@pytest.mark.parametrize(("name", "reason"), [("none/state.json", "there is no folder"), (".", "it is a folder")])
def test_a_place_that_cannot_be_written_to_is_an_error_at_once(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(OSError, match=f"cannot save to .*: {reason}"):
        StateFile(str(tmp_path / name))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--load", "none.json"], "cannot load none.json: No such file or directory"),
        (["--load", "broken.json"], "cannot load broken.json: it is not JSON: "),
        (["--load", "broken.yaml"], "cannot load broken.yaml: it is not YAML: "),
        (["--load", "latin.json"], "cannot load latin.json: it is not a text in UTF-8"),
        (["--save", "none/state.json"], "there is no folder"),
    ],
)
def test_the_command_says_which_file_is_wrong(tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "broken.yaml").write_text("a: [")
    (tmp_path / "latin.json").write_bytes(b'{"a": "\xff"}')
    result = subprocess.run(
        [sys.executable, "-m", "cogsync_mock", "-p", "0", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("cogsync-mock: ")
    assert message in result.stderr
