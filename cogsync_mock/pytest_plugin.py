"""pytest plugin: fixtures, the marker, ini keys, and the calls of a failing test in its report.

PYTEST_DONT_REWRITE

Every test run of every project where this package is installed imports this module: it imports nothing but pytest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from . import CognitoSyncMock, CognitoSyncServer

_MARKERS = ("cognito_sync_mock", "aws_mock")
_FIXTURE = "aws_mock"
_FIXTURES = frozenset({"aws_mock", "cognito_sync_mock"})
_PASSED = pytest.StashKey[bool]()
_MOCK = pytest.StashKey["CognitoSyncMock"]()

_SIGNATURE = (
    "(*, region_name=None, enforce_credentials=True, verify_references=False, enforce_roles=False, passthrough=(), "
    "assert_all_requests_mocked=True, assert_all_faults_used=True, retry_delays=False, config=None)"
)
# By option: what it says, and whether it is on by default.
_FLAGS = {
    "enforce_credentials": ("Whether Cognito Sync operations refuse the wrong kind of credentials.", True),
    "verify_references": ("Whether pool configurations may only name what exists in the mock.", False),
    "enforce_roles": ("Whether identities need a role of their pool to get credentials.", False),
    "assert_all_requests_mocked": ("Whether a request that was refused fails the test, swallowed or not.", True),
    "assert_all_faults_used": ("Whether a fault that was not used fails the test.", True),
    "retry_delays": ("Whether botocore really waits between retries.", False),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini keys, one for each option that makes sense for a whole project."""
    parser.addini("cognito_sync_region_name", "Default region inside the AWS mock.", default=None)
    for name, (text, default) in _FLAGS.items():
        parser.addini(f"cognito_sync_{name}", text, type="bool", default=default)
    parser.addini("cognito_sync_passthrough", "Hosts whose requests may leave the mock.", type="linelist", default=[])
    parser.addini("aws_mock_report", "When to report a test's AWS calls: failed, always or never.", default="failed")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, under both names, with its full signature.

    Raises:
        pytest.UsageError: if an ini key has no meaning.
    """
    for marker in _MARKERS:
        config.addinivalue_line(
            "markers",
            f"{marker}{_SIGNATURE}: run the test inside the mock, with these options; "
            "the closest marker wins, option by option.",
        )
    when = config.getini("aws_mock_report")
    if when not in ("failed", "always", "never"):
        raise pytest.UsageError(f"aws_mock_report must be failed, always or never, not {when!r}")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Make the marker switch the mock on by itself: a marked test takes the fixture, whether it names it or not."""
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is not None and _FIXTURES.isdisjoint(names) and any(map(item.get_closest_marker, _MARKERS)):
        # Before the other fixtures of the test, so that they are inside the mock; after those of wider scope, which
        # live longer than it.
        names.insert(next((i for i, name in enumerate(names) if _is_of_function(item, name)), len(names)), _FIXTURE)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Keep whether the test itself has passed, for fixtures that end after it; report the calls of one that has not.

    Around all others, which know xfail.
    """
    outcome: Any = yield
    report: pytest.TestReport = outcome.get_result()
    if call.when == "call":
        item.stash[_PASSED] = report.passed and not hasattr(report, "wasxfail")
    mock = item.stash.get(_MOCK, None)
    when = item.config.getini("aws_mock_report")
    wanted = report.failed if when == "failed" else when == "always" and call.when == "call"
    if mock is not None and wanted and mock.calls:
        report.sections.append(("AWS calls", _listing(mock)))


def _listing(mock: CognitoSyncMock) -> str:
    try:
        return repr(mock.calls)
    except Exception as error:  # noqa: BLE001  # parameters print as their classes like; a report must not end the run
        return f"(cannot be shown: {error!r})"


def _is_of_function(item: pytest.Item, name: str) -> bool:
    info: Any = getattr(item, "_fixtureinfo", None)
    definitions: Any = info and info.name2fixturedefs.get(name)
    return bool(definitions) and definitions[-1].scope == "function"


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Collect the options: ini keys, then markers from module to function."""
    names = ("region_name", *_FLAGS, "passthrough")
    options = {name: request.config.getini(f"cognito_sync_{name}") for name in names}
    # pytest before 8 knows no default of None, and gives an empty text.
    if not options["region_name"]:
        del options["region_name"]
    for marker in reversed([marker for marker in request.node.iter_markers() if marker.name in _MARKERS]):
        if marker.args:
            raise pytest.UsageError(f"the marker {marker.name} takes options by name only, not {marker.args[0]!r}")
        options.update(marker.kwargs)
    return options


@pytest.fixture
def aws_mock(request: pytest.FixtureRequest) -> Iterator[CognitoSyncMock]:
    """All of AWS that moto knows, and Cognito Sync: mocked and empty for one test; no request leaves the process.

    A test that also takes ``monkeypatch`` and changes AWS variables with it names it after this fixture, so that
    its changes are undone first.
    """
    from . import mock_aws

    context = mock_aws(**_options(request))
    failed = request.session.testsfailed
    mock = request.node.stash[_MOCK] = context.start()
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
def cognito_sync_mock(aws_mock: CognitoSyncMock) -> CognitoSyncMock:
    """The same as ``aws_mock``."""
    return aws_mock


@pytest.fixture
def aws_client(aws_mock: CognitoSyncMock) -> Callable[..., Any]:
    """A function that makes boto3 clients inside the mock: ``aws_client("s3", **kwargs)``."""
    return aws_mock.client


@pytest.fixture
def cognito_sync_client(aws_mock: CognitoSyncMock) -> Any:
    """A boto3 client for cognito-sync inside the mock, with developer credentials."""
    return aws_mock.client()


@pytest.fixture(scope="session")
def _aws_server() -> Iterator[CognitoSyncServer]:
    """One server for the whole session: starting one costs more than emptying it."""
    from . import CognitoSyncServer

    with CognitoSyncServer() as server:
        yield server


@pytest.fixture
def aws_server(
    _aws_server: CognitoSyncServer,
    aws_mock: CognitoSyncMock,  # noqa: ARG001  # it empties
) -> CognitoSyncServer:
    """The mock as an HTTP server, empty for one test; it shares its data with the other fixtures.

    Point any SDK in any language at its ``endpoint_url``. Child processes inherit mocked credentials.
    """
    return _aws_server


@pytest.fixture
def cognito_sync_server(aws_server: CognitoSyncServer) -> CognitoSyncServer:
    """The same as ``aws_server``."""
    return aws_server
