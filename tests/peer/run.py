"""Run moto's own tests with this package, and report the tests that fail only because of it.

Usage: ``python tests/peer/run.py FOLDER [TEST_FOLDER ...]``

The tests of the installed moto version are unpacked into FOLDER and run three times: without this package (the
baseline), with it loaded, and with ``moto.mock_aws`` replaced by this package's mock. A test that passes in the
baseline and not in another run is a difference. The exit status is 1 if one of them is missing in `known_differences`,
or if a test listed there is no difference.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from known_differences import KNOWN

HERE = Path(__file__).parent
# The services that this package touches, and moto's core. Slow folders come first, because two run at a time.
FOLDERS = [
    "test_s3",
    "test_sqs",
    "test_iam",
    "test_awslambda",
    "test_cloudformation",
    "test_sns",
    "test_core",
    "test_kinesis",
    "test_sts",
    "test_cognitoidentity",
]
BASELINE = "plain"
PYTEST_ARGUMENTS = {BASELINE: ["-p", "no:cogsync_mock"], "loaded": [], "replaced": ["-p", "replace_mock_aws"]}
# Tests that need Docker or the network fail slowly without them, and differ from machine to machine with them.
SELECTION = ["-m", "not network and not requires_docker", "--timeout", "60"]
FOLDER_TIMEOUT = 900  # seconds
# In a baseline, a test that fails as its author expects is as good as one that passes.
GOOD = {"passed", "xfailed"}


@dataclass(frozen=True)
class Outcome:
    """How a test ended."""

    name: str
    reason: str = ""


def fetch_tests(folder: Path) -> None:
    """Unpack tests/ and the pytest configuration of the installed moto version, from its source distribution."""
    moto = f"moto-{version('moto')}"
    download = ["pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(folder)]
    subprocess.run([sys.executable, "-m", *download, f"moto=={version('moto')}"], check=True)
    with tarfile.open(folder / f"{moto}.tar.gz") as archive:
        # moto/ stays out: it would be imported instead of the installed package.
        wanted = (f"{moto}/tests/", f"{moto}/pyproject.toml")
        members = [member for member in archive if member.name.startswith(wanted)]
        archive.extractall(folder, members, filter="data")


def run_folder(folder: Path, run: str, tests: str) -> dict[str, Outcome]:
    """Run one folder of moto's tests in a process of its own, always in the same order. Return the outcomes by test.

    Raises:
        RuntimeError: if the package was loaded in the baseline, or was not loaded in another run.
    """
    log, outcomes = folder / f"{run}-{tests}.log", folder / f"{run}-{tests}.jsonl"
    outcomes.write_text("")
    pytest = [sys.executable, "-W", "default", "-m", "pytest", "-q", "--color=no", "-c", "pyproject.toml"]
    plugins = ["-p", "outcomes", f"--outcomes={outcomes}", *PYTEST_ARGUMENTS[run]]
    no_files = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    with log.open("w", encoding="utf-8") as output:
        try:
            subprocess.run(
                [*pytest, *plugins, *SELECTION, f"tests/{tests}"],
                cwd=folder / f"moto-{version('moto')}",
                env={**os.environ, **no_files, "PYTHONPATH": str(HERE)},
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=FOLDER_TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            print(f"{run}: {tests} was stopped after {FOLDER_TIMEOUT} seconds, see {log}")
    lines = [json.loads(line) for line in outcomes.read_text(encoding="utf-8").splitlines()]
    if any(line.get("package_loaded") is (run == BASELINE) for line in lines):
        raise RuntimeError(
            f"cogsync_mock must be loaded in every run but {BASELINE!r}; in {run!r} it is not so: see {log}"
        )
    return {line["test"]: Outcome(line["outcome"], line["reason"]) for line in lines if "test" in line}


def run_folders(folder: Path, run: str, folders: list[str]) -> dict[str, Outcome]:
    """Run several folders, two at a time. One folder never runs beside itself, because its tests use fixed ports."""
    with ThreadPoolExecutor(2) as executor:
        parts = list(executor.map(lambda tests: run_folder(folder, run, tests), folders))
    return {test: outcome for part in parts for test, outcome in part.items()}


def differences(baseline: dict[str, Outcome], outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
    """Return what is good in the baseline and ends differently now, and what fails now and is new."""
    found = {}
    for test in baseline | outcomes:
        before, now = baseline.get(test, Outcome("passed")), outcomes.get(test, Outcome("not run"))
        if before.name in GOOD and before.name != now.name:
            found[test] = now
    return found


def compare(folder: Path, run: str, folders: list[str], baseline: dict[str, Outcome]) -> int:
    """Do a run and print its differences. Return how many were unexpected."""
    known = KNOWN[run]
    found = differences(baseline, run_folders(folder, run, folders))
    # A test that depends on the clock or on chance will hardly fail a second time.
    doubtful = {Path(test).parts[1] for test in found.keys() - known.keys()}
    confirmed = differences(baseline, run_folders(folder, run, sorted(doubtful)))
    unexpected = 0
    for test, outcome in sorted(found.items()):
        verdict = "UNEXPECTED" if test in confirmed else "passes when run again"
        if test in known:
            verdict = f"expected: {known[test]}"
        unexpected += verdict == "UNEXPECTED"
        print(f"{run}: {test} {outcome.name} ({verdict})\n    {outcome.reason}")
    good = {test for test, outcome in baseline.items() if outcome.name in GOOD}
    for test in sorted((known.keys() & good) - found.keys()):
        unexpected += 1
        print(f"{run}: {test} is no difference any more (UNEXPECTED): remove it from known_differences.py")
    print(f"{run}: {len(found)} differences, {unexpected} unexpected", flush=True)
    return unexpected


def main(arguments: list[str]) -> int:
    """Fetch the tests, run them, compare and report. Return the exit status."""
    if not arguments:
        print("usage: python tests/peer/run.py FOLDER [TEST_FOLDER ...]", file=sys.stderr)
        return 2
    folder, folders = Path(arguments[0]).resolve(), arguments[1:] or FOLDERS
    folder.mkdir(parents=True, exist_ok=True)
    fetch_tests(folder)
    baseline = run_folders(folder, BASELINE, folders)
    passed = sum(outcome.name == "passed" for outcome in baseline.values())
    print(f"{BASELINE}: {passed} of {len(baseline)} tests of moto {version('moto')} pass", flush=True)
    unexpected = sum(compare(folder, run, folders, baseline) for run in KNOWN)
    return 1 if unexpected or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
