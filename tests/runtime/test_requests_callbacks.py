"""What the ``requests`` library sends is answered in every mock, by the callbacks that moto made for the first."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import boto3
import moto.core.models
import pytest
import requests
import responses
from moto import mock_aws
from moto.core.custom_responses_mock import not_implemented_callback
from moto.core.models import MockAWS, responses_mock

from cogsync_mock import mock_cognito_sync
from cogsync_mock.runtime.requests_callbacks import RequestsCallbacks

if TYPE_CHECKING:
    from collections.abc import Callable

PAIRS = [(mock_aws, mock_cognito_sync), (mock_cognito_sync, mock_aws)]
CALLER = "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"


def registered() -> list[tuple[Any, Any, bool]]:
    """Return what is registered: method, URL, and whether moto answers there."""
    callbacks = [(one.method, one.url, getattr(one, "callback", None)) for one in responses_mock.registered()]
    return [(method, url, callback not in (None, not_implemented_callback)) for method, url, callback in callbacks]


def assert_answered() -> None:
    assert "GetCallerIdentityResponse" in requests.get(CALLER, timeout=1).text


def test_the_callbacks_are_those_of_plain_moto_in_every_mock() -> None:
    with mock_aws():
        plain = registered()
    for _ in range(3):
        with mock_cognito_sync():
            assert registered() == plain
    assert len(plain) > 1000


def test_every_mock_answers_requests() -> None:
    for _ in range(3):
        with mock_cognito_sync():
            assert_answered()
            assert requests.get("https://cognito-sync.us-east-1.amazonaws.com/nothing", timeout=1).status_code == 404


@pytest.mark.parametrize(("outer", "inner"), PAIRS, ids=["ours inside", "ours outside"])
def test_nested_mocks_answer_requests(outer: Callable[[], Any], inner: Callable[[], Any]) -> None:
    with mock_cognito_sync():
        pass
    with outer():
        assert_answered()
        with inner():
            assert_answered()
        assert_answered()


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=["ours last", "ours first"])
def test_mocks_that_overlap_answer_requests(first: Callable[[], Any], second: Callable[[], Any]) -> None:
    one, other = first(), second()
    one.start()
    other.start()
    one.stop()
    assert_answered()
    other.stop()


def test_plain_moto_makes_its_own_callbacks() -> None:
    with mock_cognito_sync():
        ours = responses_mock.registered()
    with mock_aws():
        assert not any(one is other for one, other in zip(responses_mock.registered(), ours, strict=False))


def test_a_request_of_an_earlier_mock_is_not_remembered() -> None:
    for _ in range(2):
        with mock_cognito_sync():
            assert_answered()
            assert sum(one.call_count for one in responses_mock.registered()) == 1


def test_responses_of_the_users_own_go_together_with_a_mock() -> None:
    for _ in range(2):
        with mock_cognito_sync(), responses.RequestsMock() as own:
            own.add(responses.GET, "https://example.com/", body="own")
            assert requests.get("https://example.com/", timeout=1).text == "own"
        with mock_cognito_sync():
            assert_answered()


def test_a_callback_that_is_added_inside_is_gone_in_the_next_mock() -> None:
    with mock_cognito_sync():
        before = registered()
    with mock_cognito_sync():
        responses_mock.add(responses.GET, "https://example.com/", body="added")
        assert requests.get("https://example.com/", timeout=1).text == "added"
        assert len(registered()) == len(before) + 1
    with mock_cognito_sync():
        assert registered() == before


def test_services_that_moto_learns_later_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_cognito_sync():
        before = len(registered())
    patterns = moto.backend_index.backend_url_patterns
    monkeypatch.setattr(moto.backend_index, "backend_url_patterns", [*patterns, ("sqs", patterns[0][1])])
    with mock_cognito_sync():
        assert len(registered()) == before + 7


def test_nothing_is_unpacked_for_a_test_that_sends_nothing_by_requests() -> None:
    with mock_cognito_sync():
        pass
    with mock_cognito_sync():
        boto3.client("sqs", "us-east-1").list_queues()
        assert "_registered" not in vars(responses_mock.get_registry())


def test_another_moto_goes_its_own_way_and_is_named_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(moto.core.models, "RESPONSES_METHODS")
    callbacks = RequestsCallbacks()
    with caplog.at_level(logging.WARNING, "cogsync_mock"):
        for mock in (MockAWS(), MockAWS()):
            callbacks.serve(mock)
            assert "_enable_patching" not in vars(mock)
    assert caplog.messages == [
        "cogsync_mock does not know how this moto answers the requests library: mocks start more slowly"
    ]
