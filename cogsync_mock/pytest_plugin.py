"""pytest plugin: fixtures, the marker and ini keys.

PYTEST_DONT_REWRITE

Every test run of every project where this package is installed imports this module: it imports nothing but pytest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from . import CognitoSyncMock, CognitoSyncServer

_MARKER = _FIXTURE = "cognito_sync_mock"
_PASSED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini keys, one for each option that makes sense for a whole project."""
    parser.addini("cognito_sync_region_name", "Default region inside the Cognito Sync mock.", default=None)
    parser.addini(
        "cognito_sync_enforce_credentials",
        "Whether Cognito Sync operations refuse the wrong kind of credentials.",
        type="bool",
        default=True,
    )
    parser.addini(
        "cognito_sync_verify_references",
        "Whether pool configurations may only name roles, applications and streams that exist in the mock.",
        type="bool",
        default=False,
    )
    parser.addini(
        "cognito_sync_passthrough", "Hosts whose requests may leave the Cognito Sync mock.", type="linelist", default=[]
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker with its full signature."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(*, region_name='us-east-1', enforce_credentials=True, verify_references=False, passthrough=(), "
        "config=None): run the test inside the mock, with these options; "
        "the closest marker wins, option by option.",
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Make the marker switch the mock on by itself: a marked test takes the fixture, whether it names it or not."""
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is not None and _FIXTURE not in names and item.get_closest_marker(_MARKER):
        # Before the other fixtures of the test, so that they are inside the mock; after those of wider scope, which
        # live longer than it.
        names.insert(next((i for i, name in enumerate(names) if _is_of_function(item, name)), len(names)), _FIXTURE)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Keep whether the test itself has passed, for fixtures that end after it. Around all others, which know xfail."""
    outcome: Any = yield
    if call.when == "call":
        report: pytest.TestReport = outcome.get_result()
        item.stash[_PASSED] = report.passed and not hasattr(report, "wasxfail")


def _is_of_function(item: pytest.Item, name: str) -> bool:
    info: Any = getattr(item, "_fixtureinfo", None)
    definitions: Any = info and info.name2fixturedefs.get(name)
    return bool(definitions) and definitions[-1].scope == "function"


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Collect the options: ini keys, then markers from module to function."""
    names = ("region_name", "enforce_credentials", "verify_references", "passthrough")
    options = {name: request.config.getini(f"cognito_sync_{name}") for name in names}
    # pytest before 8 knows no default of None, and gives an empty text.
    if not options["region_name"]:
        del options["region_name"]
    for marker in reversed(list(request.node.iter_markers(_MARKER))):
        if marker.args:
            raise pytest.UsageError(f"the marker {_MARKER} takes options by name only, not {marker.args[0]!r}")
        options.update(marker.kwargs)
    return options


@pytest.fixture
def cognito_sync_mock(request: pytest.FixtureRequest) -> Iterator[CognitoSyncMock]:
    """Amazon Cognito Sync and all of moto's services, mocked and empty for one test; no request leaves the process.

    A test that also takes ``monkeypatch`` and changes AWS variables with it names it after this fixture, so that
    its changes are undone first.
    """
    from . import mock_cognito_sync

    context = mock_cognito_sync(**_options(request))
    failed = request.session.testsfailed
    mock = context.start()
    try:
        yield mock
    finally:
        context.stop()
    # A test that was skipped, xfailed or failed need not be told that it did not get as far as its faults.
    if request.node.stash.get(_PASSED, False) and request.session.testsfailed == failed:
        _fail_without_frames(mock.verify)


def _fail_without_frames(check: Callable[[], None]) -> None:
    """Let a check fail the test with its message alone: the frames of this library say nothing about the test."""
    try:
        check()
    except AssertionError as error:
        message = str(error)
    else:
        return
    pytest.fail(message, pytrace=False)


@pytest.fixture
def cognito_sync_client(cognito_sync_mock: CognitoSyncMock) -> Any:
    """A boto3 client for cognito-sync inside the mock, with developer credentials."""
    return cognito_sync_mock.client()


@pytest.fixture(scope="session")
def _cognito_sync_server() -> Iterator[CognitoSyncServer]:
    """One server for the whole session: starting one costs more than emptying it."""
    from . import CognitoSyncServer

    with CognitoSyncServer() as server:
        yield server


@pytest.fixture
def cognito_sync_server(
    _cognito_sync_server: CognitoSyncServer,
    cognito_sync_mock: CognitoSyncMock,  # noqa: ARG001  # it empties
) -> CognitoSyncServer:
    """The mock as an HTTP server, empty for one test; it shares its data with the other two fixtures.

    Point any SDK in any language at its ``endpoint_url``. Child processes inherit mocked credentials.
    """
    return _cognito_sync_server
