"""Everything is put back: after failures, in any order with moto's own mocks, and whoever else replaces things."""

from __future__ import annotations

import itertools
import os
import signal
from typing import TYPE_CHECKING, Any

import boto3
import botocore.client
import botocore.endpoint
import botocore.handlers
import moto.backend_index
import pytest
import urllib3.connectionpool
from botocore.httpsession import URLLib3Session
from botocore.session import Session
from botocore.signers import RequestSigner
from moto import mock_aws as motos_mock
from moto.core.config import default_user_config
from moto.core.models import MockAWS, botocore_stubber
from programs import python

from cogsync_mock import mock_aws
from cogsync_mock.aws import calls
from cogsync_mock.runtime import activation

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = [
    (URLLib3Session, "send"),
    (urllib3.connectionpool.HTTPConnectionPool, "urlopen"),
    (botocore.client.BaseClient, "_make_api_call"),
    (Session, "__init__"),
    (Session, "get_credentials"),
    (RequestSigner, "get_auth_instance"),
    (MockAWS, "stop"),
    (botocore.endpoint, "time"),
]


def state() -> Any:
    return (
        {name: value for name, value in os.environ.items() if name.startswith(("AWS", "BOTO", "NO_PROXY", "no_proxy"))},
        list(botocore.handlers.BUILTIN_HANDLERS),
        boto3.DEFAULT_SESSION,
        list(moto.backend_index.backend_url_patterns),
        repr(default_user_config),
        [vars(owner).get(name) for owner, name in NAMES],
        "process_request" in vars(botocore_stubber),
        (MockAWS._nested_count, MockAWS._mocks_active, botocore_stubber.enabled),
        [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)],
    )


@pytest.fixture
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Real keys, a default session of the user's, and the demand that all is the same afterwards."""
    with mock_aws():
        pass
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.Session(region_name="us-east-1"))
    before = state()
    yield
    assert state() == before


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize("kinds", ["mo", "om", "oo", "mom", "omo", "mmo", "omm"])
def test_in_any_order_with_motos_own(kinds: str) -> None:
    """Starts and stops of up to three mocks, each order that there is: the real keys are never visible inside ours.

    Two of moto's own that overlap leave the keys wrong without us, too, so those are nested here.
    """
    count = len(kinds)
    for order in set(itertools.permutations([*range(count), *range(count)])):
        if not _motos_are_nested(order, kinds):
            continue
        mocks = [motos_mock() if kind == "m" else mock_aws() for kind in kinds]
        on: set[int] = set()
        for step in order:
            if step in on:
                mocks[step].stop()
                on.remove(step)
            else:
                mocks[step].start()
                on.add(step)
            if any(kinds[number] == "o" for number in on):
                credentials = boto3.Session().get_credentials()
                assert credentials is not None
                assert credentials.access_key == "FOOBARKEY", (order, step)
        assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIAREALREALREALREAL", order
        assert boto3.DEFAULT_SESSION is not None


def _motos_are_nested(order: tuple[int, ...], kinds: str) -> bool:
    on: list[int] = []
    for step in order:
        if kinds[step] != "m":
            continue
        if step not in on:
            on.append(step)
        elif on.pop() != step:
            return False
    return True


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"core": {"passthrough": None}}, r"config\['core'\]\['passthrough'\] must be a dictionary"),
        ({"core": {"passthrough": {"urls": None}}}, r"\['urls'\] must be a list of strings"),
        ({"core": {"passthrough": {"urls": ["("]}}}, r"takes regular expressions, not '\('"),
        ({"core": {"service_whitelist": "s3"}}, r"service_whitelist'\] must be a list of strings"),
        ({"core": {"mock_credentials": "no"}}, r"\['mock_credentials'\] must be True or False"),
        ({"core": 5}, r"config\['core'\] must be a dictionary"),
        ([], r"config must be a dictionary"),
    ],
)
def test_a_bad_config_switches_nothing_on(config: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        mock_aws(config=config).start()


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize("where", ["MockedCredentials", "NetworkGuard", "MotoMocks", "Settings"])
def test_an_exception_anywhere_in_starting_undoes_what_was_done(where: str) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise LookupError(where)

    target = activation.activation
    owner: Any = {
        "Settings": activation,
        "MockedCredentials": activation.MockedCredentials,
        "NetworkGuard": target._guard,
        "MotoMocks": target._moto,
    }[where]
    with pytest.MonkeyPatch.context() as patch, pytest.raises(LookupError, match=where):
        patch.setattr(owner, where if owner is activation else "install", fail)
        mock_aws().start()
    assert target._active == []
    with mock_aws() as mock:
        mock.client("sqs").list_queues()


@pytest.mark.usefixtures("as_before")
def test_patches_that_others_put_around_ours_meanwhile_survive() -> None:
    seen: list[str] = []
    original = URLLib3Session.send
    with mock_aws():
        ours = URLLib3Session.send

        def theirs(self: Any, request: Any) -> Any:
            seen.append(request.url)
            return ours(self, request)

        URLLib3Session.send = theirs  # type: ignore[method-assign]
    assert URLLib3Session.send is theirs
    with pytest.raises(Exception, match=r"127\.0\.0\.1"):
        boto3.client("sqs", endpoint_url="http://127.0.0.1:1").list_queues()
    assert seen
    URLLib3Session.send = original  # type: ignore[method-assign]


@pytest.mark.usefixtures("as_before")
def test_a_signal_in_the_middle_leaves_on_or_off_not_half() -> None:
    """It arrives while things are being switched, and is heeded once that is done."""
    # Alone: the workers of a parallel run ignore this signal.
    printed = python("""
        import os, signal
        from cogsync_mock import mock_aws
        from cogsync_mock.runtime import activation

        before = dict(os.environ)
        install = activation.MockedCredentials.install

        def interrupted(self):
            signal.raise_signal(signal.SIGINT)
            print("goes on")
            install(self)

        activation.MockedCredentials.install = interrupted
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            mock_aws().start()
        except KeyboardInterrupt:
            print("interrupted", activation.activation._active, dict(os.environ) == before)
    """)
    assert printed.splitlines() == ["goes on", "interrupted [] True"]


def test_the_log_ends_with_the_last_mock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls.active, "log", None)
    with mock_aws() as outer:
        with mock_aws() as inner:
            inner.client("sqs").list_queues()
        assert outer.calls is inner.calls
    assert calls.active.log is None
