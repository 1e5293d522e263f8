"""What Cognito Sync looks up in other services is found however much there is, and whoever has put it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.backends import get_backend

from cogsync_mock import mock_cognito_sync
from cogsync_mock.integrations import awslambda, sns

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION = "123456789012", "us-east-1"


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_cognito_sync():
        yield boto3.client("sns", REGION)


def application(client: Any, name: str = "game") -> str:
    created: str = client.create_platform_application(Name=name, Platform="GCM", Attributes={})[
        "PlatformApplicationArn"
    ]
    return created


def endpoints(client: Any, arn: str) -> list[str]:
    listed = client.list_endpoints_by_platform_application(PlatformApplicationArn=arn)["Endpoints"]
    return [endpoint["EndpointArn"] for endpoint in listed]


class TestEndpoints:
    def test_a_token_has_one_endpoint_in_an_application(self, client: Any) -> None:
        game = application(client)
        first, other = sns.platform_endpoint(game, "one"), sns.platform_endpoint(game, "two")
        assert sns.platform_endpoint(game, "one") == first
        assert endpoints(client, game) == [first, other]

    def test_a_token_has_an_endpoint_in_every_application(self, client: Any) -> None:
        game, chess = application(client), application(client, "chess")
        first, other = sns.platform_endpoint(game, "one"), sns.platform_endpoint(chess, "one")
        assert (endpoints(client, game), endpoints(client, chess)) == ([first], [other])

    def test_endpoints_that_others_make_and_delete_are_noticed(self, client: Any) -> None:
        game = application(client)

        def create(token: str) -> str:
            arn: str = client.create_platform_endpoint(PlatformApplicationArn=game, Token=token)["EndpointArn"]
            return arn

        made = [create(token) for token in ("a", "b", "c")]
        assert [sns.platform_endpoint(game, token) for token in ("a", "b", "c")] == made
        # As many as before, in the middle and at the end.
        client.delete_endpoint(EndpointArn=made[1])
        replaced = create("d")
        assert sns.platform_endpoint(game, "d") == replaced
        assert sns.platform_endpoint(game, "b") not in (None, made[1])
        client.delete_endpoint(EndpointArn=made[0])
        assert sns.platform_endpoint(game, "a") not in (None, made[0])
        assert len(endpoints(client, game)) == 4
        for arn in endpoints(client, game):
            client.delete_endpoint(EndpointArn=arn)
        again = sns.platform_endpoint(game, "c")
        assert endpoints(client, game) == [again]

    def test_a_reset_forgets_them(self) -> None:
        with mock_cognito_sync() as mock:
            for _ in range(2):
                client = mock.client("sns")
                game = application(client)
                assert endpoints(client, game) == []
                assert [sns.platform_endpoint(game, "one")] == endpoints(client, game)
                mock.reset()

    def test_endpoints_that_are_put_back_are_found(self, client: Any) -> None:
        game = application(client)
        backend: Any = get_backend("sns")[ACCOUNT][REGION]
        first, before = sns.platform_endpoint(game, "one"), dict(backend.platform_endpoints)
        other = sns.platform_endpoint(game, "two")
        backend.platform_endpoints = before
        assert sns.platform_endpoint(game, "one") == first
        assert sns.platform_endpoint(game, "two") not in (None, other)

    def test_there_is_none_in_an_application_that_does_not_exist(self, client: Any) -> None:
        assert sns.platform_endpoint(application(client) + "s", "one") is None


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("config", [{}, {"lambda": {"use_docker": False}}])
def test_a_function_is_the_one_that_lambda_lists(config: Any) -> None:
    with mock_cognito_sync(config=config) as mock:
        for name in ("referee", "clock"):
            mock.lambda_function(name)(lambda _event, _context: None)
        listed: Any = awslambda._lambda(ACCOUNT, REGION).list_functions()
        for function in listed:
            assert awslambda._function(ACCOUNT, REGION, function.function_name) is function
        assert not awslambda.function_exists(ACCOUNT, REGION, "refere")
