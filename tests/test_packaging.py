"""What users install: names, entry points, and nothing imported before it is used."""

from __future__ import annotations

import configparser
import re
from importlib.metadata import distribution, entry_points
from pathlib import Path

import pytest
from programs import python

import cogsync_mock

CLASSES = ["Call", "CallLog", "CognitoSyncMock", "CognitoSyncServer", "Fault", "UnmockedRequest"]
NAMES = sorted([*CLASSES, "AWSMock", "__version__", "mock_aws", "mock_cognito_sync"])


def test_importing_loads_neither_boto3_nor_moto_nor_wrapt() -> None:
    code = "import sys, cogsync_mock; print({'boto3', 'botocore', 'moto', 'wrapt', 'werkzeug'} & set(sys.modules))"
    assert python(code) == "set()"


def test_every_finder_of_others_is_asked_for_moto() -> None:
    """Ours takes itself out of the list while the list is gone through; what stands behind it is asked all the same."""
    code = """
        import sys

        class Finder:
            def find_spec(self, name, path=None, target=None):
                asked.append(name)

        asked = []
        # As in a project that uses wrapt itself: its finder stands there already.
        import wrapt
        wrapt.register_post_import_hook(lambda _: None, "json")
        sys.meta_path.insert(0, Finder())
        before = list(sys.meta_path)
        import cogsync_mock
        assert sys.meta_path[1:] == before
        import moto
        assert [name for name in asked if name == "moto"] == ["moto"], asked
        assert [finder for finder in sys.meta_path if type(finder).__module__ == "cogsync_mock"] == []
        from moto.backends import get_backend
        assert get_backend("cognitosync") is not None
    """
    python(code)


def test_the_public_names() -> None:
    assert sorted(cogsync_mock.__all__) == NAMES
    assert set(NAMES) <= set(dir(cogsync_mock))
    assert all(getattr(cogsync_mock, name).__name__ == name for name in CLASSES)
    assert cogsync_mock.mock_aws is cogsync_mock.mock_cognito_sync
    assert cogsync_mock.AWSMock is cogsync_mock.CognitoSyncMock
    assert cogsync_mock.__version__ == distribution("cogsync-mock").version
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = cogsync_mock.nonsense  # type: ignore[attr-defined]


def test_the_names_on_motos_side() -> None:
    code = (
        "from cogsync_mock.cognitosync.models import CognitoSyncBackend, cognitosync_backends\n"
        "from cogsync_mock.cognitosync.responses import CognitoSyncResponse\n"
        "from cogsync_mock.cognitosync import cognitosync_backends as same\n"
        "assert same is cognitosync_backends"
    )
    python(code)


def test_entry_points() -> None:
    (plugin,) = entry_points(group="pytest11", name="cogsync_mock")
    assert plugin.value == "cogsync_mock.pytest_plugin"
    (command,) = entry_points(group="console_scripts", name="cogsync-mock")
    assert command.value == "cogsync_mock.__main__:run"


def test_metadata() -> None:
    metadata = distribution("cogsync-mock").metadata
    assert metadata["License-Expression"] == "Apache-2.0"
    required = [line for line in distribution("cogsync-mock").requires or [] if "extra ==" not in line]
    assert {re.split(r"[<>=!~\[; ]", line)[0] for line in required} == {"boto3", "moto", "werkzeug", "wrapt"}
    assert [line for line in required if line.startswith("moto")] == ["moto>=5.0.28"]


def test_the_floors_are_tested_as_declared() -> None:
    """What the environment `floors` of tox.ini installs is what the package says it needs at least."""
    root = Path(__file__).parents[1]
    if not (root / "tox.ini").exists():
        pytest.skip("the tests of an installed package have no tox.ini")
    floors = configparser.ConfigParser(interpolation=None)
    floors.read(root / "tox.ini")
    pinned = set(re.findall(r"(\S+)==(\S+)", floors["testenv:floors"]["deps"]))
    declared = {
        found.groups()
        for line in distribution("cogsync-mock").requires or []
        if (found := re.match(r"([a-z0-9-]+(?:\[\w+\])?)>=([\d.]+)", line))
    }
    assert {(name, _release(version)) for name, version in declared} <= {
        (name, _release(version)) for name, version in pinned
    }


def _release(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, without zeros at the end."""
    return tuple(int(number) for number in re.sub(r"(\.0)+$", "", version).split("."))
