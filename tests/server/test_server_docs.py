"""The samples of docs/server.md run, and the files for containers and CI make sense."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cogsync_mock import CognitoSyncServer
from cogsync_mock.server.cli import main

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "server.md"

if not DOCS.exists():
    pytest.skip("the documentation is not here: these tests run in a checkout", allow_module_level=True)


def samples() -> list[list[tuple[str, str]]]:
    """Return the blocks with curl: commands, and what they print."""
    blocks = re.findall(r"```console\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    return [re.findall(r"\$ (.*)\n((?:[^$].*\n)*)", block) for block in blocks if "$ curl" in block]


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here: install it")
def test_every_curl_sample_prints_what_it_says() -> None:
    found = samples()
    assert len(found) >= 5
    with CognitoSyncServer() as server:
        server.reset()
        for command, expected in (sample for block in found for sample in block):
            arguments = shlex.split(command.replace("http://localhost:5000", server.endpoint_url))
            done = subprocess.run([*arguments, "--silent"], capture_output=True, text=True, timeout=20, check=True)
            pattern = ".*".join(re.escape(part) for part in expected.rstrip("\n").split("…"))
            assert re.fullmatch(pattern, done.stdout.rstrip("\n"), re.DOTALL), (command, done.stdout)


def test_every_option_is_in_the_docs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help", "--host", "--port"}
    text = DOCS.read_text(encoding="utf-8")
    assert {option for option in options if f"`{option}" not in text and f" {option}" not in text} == set()


def test_the_dockerfile_runs_the_command_as_nobody_in_particular_and_looks_after_it() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    last = [number for number, (name, _) in enumerate(steps) if name == "FROM"][-1]
    final = dict(steps[last:])
    assert final["USER"] != "root"
    assert final["ENTRYPOINT"].startswith("[")
    assert "/cogsync-api/health" in final["HEALTHCHECK"]
    for name, rest in steps:
        if name == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists()
                assert f"!{source.removeprefix('./')}" in (ROOT / ".dockerignore").read_text(encoding="utf-8")


def loaded(name: str) -> Any:
    return yaml.safe_load((ROOT / "examples" / name).read_text(encoding="utf-8"))


def test_compose_waits_until_the_mock_answers() -> None:
    services = loaded("compose.yaml")["services"]
    assert (ROOT / "examples" / services["cogsync-mock"]["build"] / "Dockerfile").exists()
    assert services["app"]["depends_on"]["cogsync-mock"]["condition"] == "service_healthy"
    assert services["app"]["environment"]["AWS_ENDPOINT_URL"] == "http://cogsync-mock:5000"
    assert services["cogsync-mock"]["ports"] == ["127.0.0.1:5000:5000"]


def test_the_workflow_starts_the_mock_before_the_tests() -> None:
    job = loaded("github-actions.yaml")["jobs"]["tests"]
    names = [step.get("name") for step in job["steps"]]
    assert names.index("Start the mock") < names.index("Test")
    assert job["env"]["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5000"
