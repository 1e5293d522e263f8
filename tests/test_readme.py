"""Every block of the README works as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(
    r"^```(\w+)\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
PYTHON = [text for language, text in BLOCKS if language == "python"]
CONSOLE = [text for language, text in BLOCKS if language == "console"]
INI = [text for language, text in BLOCKS if language == "ini"]


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert {language for language, _ in BLOCKS} == {"python", "console", "ini"}
    assert (len(PYTHON), len(CONSOLE), len(INI)) == (7, 4, 1)


def test_python_blocks_pass(pytester: pytest.Pytester) -> None:
    """In one run, as a reader would keep them: a file each."""
    pytester.makepyfile(**{f"test_block_{number}": block for number, block in enumerate(PYTHON)})
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error", "--strict-markers")
    result.assert_outcomes(passed=sum(block.count("def test_") for block in PYTHON))
    for number in range(len(PYTHON)):
        result.stdout.fnmatch_lines([f"test_block_{number}.py *"])


def test_the_ini_block_is_understood(pytester: pytest.Pytester) -> None:
    pytester.makeini(INI[0])
    pytester.makepyfile(
        """
        def test_options(cognito_sync_mock):
            options = cognito_sync_mock.options
            assert (options.region_name, options.verify_references) == ("eu-west-1", True)
            assert options.passthrough == ["api.example.com"]
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error").assert_outcomes(passed=1)


def test_the_servers_block_is_what_it_prints() -> None:
    command, output = CONSOLE[1].splitlines()
    assert command == "$ cogsync-mock -p 5000"
    process = subprocess.Popen(
        [sys.executable, "-m", "cogsync_mock", "-p", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert re.sub(r":\d+ ", ":5000 ", process.stdout.readline().rstrip()) == output
    finally:
        process.kill()
        process.communicate()


def test_the_set_up_commands_are_those_that_are_run_for_every_change() -> None:
    example, everything = (block.strip().removeprefix("$ ") for block in CONSOLE[2:])
    assert f"({everything})" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert example == f"{everything} -e example"
    assert "\n    example\n" in (ROOT / "tox.ini").read_text(encoding="utf-8")


def test_the_samples_of_faults_and_calls_work(pytester: pytest.Pytester) -> None:
    text = (ROOT / "docs" / "faults-and-calls.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    pytester.makepyfile(**{f"test_sample_{number}": block for number, block in enumerate(blocks)})
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error")
    result.assert_outcomes(passed=sum(block.count("def test_") for block in blocks))
