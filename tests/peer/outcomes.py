"""pytest plugin: write the outcome of each test to the file that ``--outcomes`` names, one JSON object per line.

Each line is written as soon as the test has ended, so the outcomes survive a run that crashes or is stopped.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--outcomes", metavar="FILE", help="where to write the outcome of each test")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Writer(config.rootpath / config.getoption("outcomes")))


class _Writer:
    def __init__(self, path: Path) -> None:
        self._path = path

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._write(test=report.nodeid, outcome="error", reason=_reason(report))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        outcome = "error" if report.failed and report.when != "call" else report.outcome
        if hasattr(report, "wasxfail"):
            outcome = "xpassed" if report.passed else "xfailed"
        self._write(test=report.nodeid, outcome=outcome, reason=_reason(report))

    def pytest_sessionfinish(self) -> None:
        self._write(package_loaded="cogsync_mock" in sys.modules)

    def _write(self, **line: Any) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _reason(report: pytest.CollectReport | pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash else report.longrepr or "").strip().partition("\n")[0]
