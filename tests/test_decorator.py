"""mock_cognito_sync as decorator and context manager: on exactly while the body runs, whatever the kind of callable."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
import threading
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from data import PUSH_SYNC
from identity_pools import create_pool, pools
from moto import mock_aws

from cogsync_mock import CognitoSyncMock, mock_cognito_sync
from cogsync_mock.runtime.moto_seam import mock_is_active

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

pytestmark = pytest.mark.usefixtures("nothing_is_left")


@mock_cognito_sync
def at_module_level() -> bool:
    return mock_is_active()


class TestFunctions:
    def test_bare(self) -> None:
        @mock_cognito_sync
        def body(number: int, *, text: str = "default") -> tuple[int, str, bool]:
            """Docstring."""
            client, pool_id = boto3.client("cognito-sync"), create_pool()
            client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
            assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)["PushSync"] == PUSH_SYNC
            return number, text, mock_is_active()

        assert body(1) == (1, "default", True)
        assert body(2, text="given") == (2, "given", True)
        assert (body.__name__, body.__doc__) == ("body", "Docstring.")
        assert str(inspect.signature(body)) == "(number: 'int', *, text: 'str' = 'default') -> 'tuple[int, str, bool]'"

    def test_with_options(self) -> None:
        @mock_cognito_sync(region_name="eu-west-1")
        def body() -> Any:
            return boto3.client("cognito-sync").meta.region_name

        assert body() == "eu-west-1"

    def test_every_call_starts_empty(self) -> None:
        @mock_cognito_sync
        def body() -> list[str]:
            before = pools()
            create_pool()
            return before

        assert body() == body() == []

    def test_exceptions_switch_it_off(self) -> None:
        @mock_cognito_sync
        def body() -> None:
            raise LookupError("from the body")

        with pytest.raises(LookupError, match="from the body"):
            body()

    def test_recursion_shares_the_data(self) -> None:
        @mock_cognito_sync
        def body(depth: int) -> int:
            create_pool()
            return body(depth - 1) if depth else len(pools())

        assert body(2) == 3

    def test_it_can_be_pickled_and_copied(self) -> None:
        assert pickle.loads(pickle.dumps(at_module_level)) is at_module_level
        assert copy.copy(at_module_level) is copy.deepcopy(at_module_level) is at_module_level

    def test_a_callable_object(self) -> None:
        class Call:
            def __call__(self) -> bool:
                return mock_is_active()

        assert mock_cognito_sync(Call())() is True


class TestOtherKinds:
    def test_a_coroutine_function_stays_one(self) -> None:
        @mock_cognito_sync
        async def body(number: int) -> tuple[int, bool]:
            await asyncio.sleep(0)
            return number, mock_is_active()

        assert inspect.iscoroutinefunction(body)
        coroutine = body(1)
        assert not mock_is_active()
        assert asyncio.run(coroutine) == (1, True)

    def test_overlapping_coroutines(self) -> None:
        """They end in another order than they began."""

        @mock_cognito_sync
        async def body(seconds: float) -> bool:
            await asyncio.sleep(seconds)
            create_pool()
            return mock_is_active()

        async def both() -> list[bool]:
            return await asyncio.gather(body(0.02), body(0.0), body(0.01))

        assert asyncio.run(both()) == [True, True, True]

    def test_a_generator_function_stays_one(self) -> None:
        @mock_cognito_sync
        def body() -> Generator[bool, str, str]:
            sent = yield mock_is_active()
            try:
                yield mock_is_active()
            except LookupError:
                yield mock_is_active()
            return sent

        assert inspect.isgeneratorfunction(body)
        generator = body()
        assert not mock_is_active()
        assert next(generator) is True
        assert mock_is_active()
        assert generator.send("sent") is True
        assert generator.throw(LookupError()) is True
        with pytest.raises(StopIteration) as stopped:
            next(generator)
        assert stopped.value.value == "sent"

    def test_a_generator_closed_early_switches_it_off(self) -> None:
        @mock_cognito_sync
        def body() -> Generator[None, None, None]:
            yield

        generator = body()
        next(generator)
        generator.close()

    def test_an_async_generator_function_stays_one(self) -> None:
        seen: list[Any] = []

        @mock_cognito_sync
        async def body() -> AsyncGenerator[bool, str]:
            try:
                seen.append((yield mock_is_active()))
                try:
                    yield mock_is_active()
                except LookupError as error:
                    seen.append(error)
                    yield mock_is_active()
            finally:
                seen.append(mock_is_active())

        async def drive() -> None:
            generator = body()
            assert not mock_is_active()
            assert await anext(generator) is True
            assert await generator.asend("sent") is True
            error = LookupError()
            assert await generator.athrow(error) is True
            with pytest.raises(StopAsyncIteration):
                await anext(generator)
            assert seen == ["sent", error, True]
            early = body()
            await anext(early)
            await early.aclose()
            assert seen[-1] is True

        assert inspect.isasyncgenfunction(body)
        asyncio.run(drive())

    def test_methods_of_every_kind(self) -> None:
        class Subject:
            @mock_cognito_sync
            def method(self) -> tuple[object, bool]:
                return self, mock_is_active()

            @classmethod
            @mock_cognito_sync
            def inner_class_method(cls) -> tuple[object, bool]:
                return cls, mock_is_active()

            @mock_cognito_sync
            @classmethod
            def outer_class_method(cls) -> tuple[object, bool]:
                return cls, mock_is_active()

            @staticmethod
            @mock_cognito_sync
            def inner_static_method() -> bool:
                return mock_is_active()

            @mock_cognito_sync
            @staticmethod
            def outer_static_method() -> bool:
                return mock_is_active()

        subject = Subject()
        assert subject.method() == (subject, True)
        assert subject.inner_class_method() == Subject.inner_class_method() == (Subject, True)
        assert subject.outer_class_method() == Subject.outer_class_method() == (Subject, True)
        assert subject.inner_static_method() is Subject.inner_static_method() is True
        assert subject.outer_static_method() is Subject.outer_static_method() is True


class TestContextManager:
    def test_it_gives_the_mock(self) -> None:
        with mock_cognito_sync() as mock:
            assert isinstance(mock, CognitoSyncMock)
            pool_id = mock.create_identity_pool()
            assert pools() == [pool_id]

    def test_nested_mocks_share_their_data_and_the_outermost_empties(self) -> None:
        with mock_cognito_sync() as outer:
            pool_id = outer.create_identity_pool()
            with mock_cognito_sync() as inner:
                assert pools() == [pool_id]
                inner.create_identity_pool()
            assert len(pools()) == 2
        with mock_cognito_sync():
            assert pools() == []

    def test_the_options_of_the_innermost_are_in_force(self) -> None:
        with mock_cognito_sync(region_name="eu-west-1"):
            with mock_cognito_sync(region_name="us-west-2"):
                assert boto3.client("sqs").meta.region_name == "us-west-2"
            assert boto3.client("cognito-sync").meta.region_name == "eu-west-1"

    def test_one_object_can_be_entered_again_and_again(self) -> None:
        context = mock_cognito_sync()
        with context as first, context as second:
            assert first is not second
        with context:
            assert mock_is_active()

    def test_it_nests_with_motos_own(self) -> None:
        with mock_aws():
            pool_id = boto3.client("cognito-identity", "us-east-1").create_identity_pool(
                IdentityPoolName="game", AllowUnauthenticatedIdentities=False
            )["IdentityPoolId"]
            with mock_cognito_sync() as mock:
                assert mock.client().get_identity_pool_configuration(IdentityPoolId=pool_id)
            client = boto3.client("cognito-sync", "us-east-1")
            assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)["IdentityPoolId"] == pool_id

    def test_start_and_stop(self) -> None:
        context = mock_cognito_sync()
        mock = context.start()
        assert mock.create_identity_pool() in pools()
        context.stop()
        with pytest.raises(RuntimeError, match=r"stop\(\) was called without start\(\): call start\(\) first"):
            context.stop()

    def test_overlapping_threads(self) -> None:
        """Started and stopped in any order, the mock is on until the last one stops."""
        barrier, failures = threading.Barrier(4), []

        def work(number: int) -> None:
            try:
                barrier.wait(10)
                for _ in range(5):
                    with mock_cognito_sync() as mock:
                        pool_id = mock.create_identity_pool()
                        mock.client().get_identity_pool_configuration(IdentityPoolId=pool_id)
            except BaseException as error:  # noqa: BLE001  # reported below
                failures.append((number, error))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        with mock_cognito_sync():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert failures == []


class TestMock:
    def test_what_it_does_needs_the_mock_to_be_on(self) -> None:
        with mock_cognito_sync() as mock:
            pass
        for call in (mock.client, mock.create_identity_pool, mock.reset, mock.stop):
            with pytest.raises(RuntimeError, match="on a mock that is not on: call start"):
                call()

    def test_reset_forgets_everything(self) -> None:
        with mock_cognito_sync() as mock:
            mock.create_identity_pool()
            boto3.client("sqs").create_queue(QueueName="queue")
            mock.reset()
            assert pools() == []
            assert "QueueUrls" not in boto3.client("sqs").list_queues()

    def test_a_pool_with_exactly_that_id(self) -> None:
        pool_id = "eu-west-1:0c1ba052-e098-41fa-a76e-eaa2c125f861"
        with mock_cognito_sync() as mock:
            assert mock.create_identity_pool("game", pool_id=pool_id, DeveloperProviderName="login.game") == pool_id
            described = mock.client("cognito-identity", region_name="eu-west-1").describe_identity_pool(
                IdentityPoolId=pool_id
            )
            assert (described["IdentityPoolId"], described["DeveloperProviderName"]) == (pool_id, "login.game")
            client = mock.client(region_name="eu-west-1")
            assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)["IdentityPoolId"] == pool_id

    @pytest.mark.parametrize(
        ("pool_id", "message"),
        [
            ("nonsense", "pool_id must look like"),
            ("us-east-1:" + "0" * 46, "at most 55 characters"),
            (7, "pool_id must be a string"),
            ("eu-north-1:0c1ba052", "does not exist in region 'eu-north-1'.*it does in ap-northeast-1"),
            ("us-east-1:0c1ba052", "exists already"),
        ],
    )
    def test_a_bad_pool_id_creates_nothing(self, pool_id: Any, message: str) -> None:
        with mock_cognito_sync() as mock:
            mock.create_identity_pool(pool_id="us-east-1:0c1ba052")
            with pytest.raises(ValueError, match=message):
                mock.create_identity_pool(pool_id=pool_id)
            assert pools() == ["us-east-1:0c1ba052"]

    def test_identities(self) -> None:
        identity_id = "us-east-1:1c1ba052-e098-41fa-a76e-eaa2c125f861"
        with mock_cognito_sync() as mock:
            pool_id = mock.create_identity_pool()
            assert mock.create_identity(pool_id, identity_id=identity_id) == identity_id
            other = mock.create_identity(pool_id)
            listed = mock.client("cognito-identity").list_identities(IdentityPoolId=pool_id, MaxResults=60)
            assert [identity["IdentityId"] for identity in listed["Identities"]] == [identity_id, other]
            with pytest.raises(ValueError, match="exists already"):
                mock.create_identity(pool_id, identity_id=identity_id)
            with pytest.raises(ValueError, match="identity_id must look like"):
                mock.create_identity(pool_id, identity_id="nonsense")
            with pytest.raises(ValueError, match="there is no identity pool"):
                mock.create_identity("us-east-1:0")
            with pytest.raises(ValueError, match="no identity pool has an identity"):
                mock.client(identity_id="us-east-1:0")


class TestMisuse:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"region": "eu-west-1"}, "no option 'region': did you mean 'region_name'"),
            ({"nonsense": 1}, "no option 'nonsense': there are region_name, enforce_credentials"),
            ({"region_name": 7}, "region_name must be a string such as 'eu-west-1', not 7"),
            ({"enforce_credentials": "no"}, "enforce_credentials must be True or False, not 'no'"),
            ({"verify_references": 1}, "verify_references must be True or False, not 1"),
            ({"passthrough": "example.com"}, r"passthrough must be a list of host names .* not 'example.com'"),
            ({"passthrough": [7]}, "passthrough must be a list of host names"),
            ({"config": []}, "config must be a dictionary as moto's mock_aws takes it"),
        ],
    )
    def test_wrong_options(self, options: Any, message: str) -> None:
        with pytest.raises(TypeError, match=message):
            mock_cognito_sync(**options)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"region_name": "Ireland"}, "region_name must be the name of a region"),
            ({"passthrough": ["https://example.com/"]}, "passthrough takes host names such as 'api.example.com'"),
        ],
    )
    def test_senseless_options(self, options: Any, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            mock_cognito_sync(**options)

    @pytest.mark.parametrize("target", ["eu-west-1", 7, {"region_name": "eu-west-1"}])
    def test_decorating_what_cannot_be_called(self, target: Any) -> None:
        with pytest.raises(TypeError, match=r"decorates functions, methods and classes, not .*give options by name"):
            mock_cognito_sync(target)
        with pytest.raises(TypeError, match="decorates functions, methods and classes"):
            mock_cognito_sync()(target)

    def test_target_and_options_at_once(self) -> None:
        with pytest.raises(TypeError, match="either the thing to decorate or options"):
            mock_cognito_sync(print, region_name="eu-west-1")  # type: ignore[call-overload]
