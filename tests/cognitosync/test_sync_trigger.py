"""Cognito Events: the function of the SyncTrigger is asked before a write, and may veto or rewrite it."""

from __future__ import annotations

import asyncio
import io
import json
import threading
import time
import zipfile
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from botocore.httpsession import URLLib3Session
from test_datasets import refusal
from test_kinesis_stream import consume
from test_logins import NO_SIGNATURE_CHECK
from test_records import Data, put, remove

from cogsync_mock import mock_cognito_sync
from cogsync_mock.aws import invocations
from cogsync_mock.cognitosync import references
from cogsync_mock.cognitosync.models import cognitosync_backends
from cogsync_mock.integrations import cognitoidentity

if TYPE_CHECKING:
    from conftest import Door

ARN = "arn:aws:lambda:us-east-1:123456789012:function:rewrite"
INVALID = (
    400,
    "InvalidLambdaFunctionOutputException",
    "The AWS Lambda function returned invalid output or an exception",
)
LATE = (400, "LambdaSocketTimeoutException", "The AWS Lambda function did not answer in time")
TOO_LATE = (
    "ExpiredInvocation: Lambda function 'rewrite' made a request after its invocation was over: it took more than 0.2 "
    "seconds, and Cognito Sync waits no longer. Nothing was sent. Make it return in time, or let the test itself do "
    "what takes longer."
)
OUTLIVED = (
    "ExpiredInvocation: Lambda function 'f' made a request after its invocation was over: the mock that it belongs to "
    "was switched off or reset meanwhile. Nothing was sent. Make the test wait for it before its mock ends."
)
THROTTLED = (429, "LambdaThrottledException", "AWS Lambda throttled your account, please contact AWS Support")


@pytest.fixture
def data(door: Door, client: Any, pool_id: str, identity_id: str) -> Data:
    """A dataset of an identity that writes itself, in a pool whose trigger is the function ``rewrite``."""
    client.set_cognito_events(IdentityPoolId=pool_id, Events={"SyncTrigger": ARN})
    return Data(door.identity_client(identity_id), pool_id, identity_id)


class Rewrite:
    """A function that keeps the events it was called with, and answers with what `change` makes of them."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.contexts: list[Any] = []

    def change(self, event: Any) -> Any:
        return event

    def __call__(self, event: Any, context: Any) -> Any:
        self.events.append(json.loads(json.dumps(event)))
        self.contexts.append(context)
        return self.change(event)


@pytest.fixture
def rewrite(door: Door) -> Rewrite:
    return door.mock.lambda_function("rewrite")(Rewrite())


class Outcome:
    """What code in another thread has met, for a test that waits for it."""

    def __init__(self) -> None:
        self.caught: list[str] = []
        self._done = threading.Event()

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def catch(self, action: Any) -> None:
        try:
            action()
        except Exception as error:  # noqa: BLE001  # reported by `wait`
            self.caught.append(f"{type(error).__name__}: {error}")

    def wait(self) -> list[str]:
        assert self._done.wait(10)
        return self.caught


def wait_until(condition: Any) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def answer(rewrite: Rewrite, records: Any) -> None:
    """Have a function answer with these records."""
    rewrite.change = lambda event: {**event, "datasetRecords": records}  # type: ignore[method-assign]


class TestEvent:
    def test_version_2_with_all_records(self, data: Data, rewrite: Rewrite, pool_id: str, identity_id: str) -> None:
        data.update(put("kept", "k"), put("changed", "old"), put("removed", "r"), put("gone", "g"))
        data.update(remove("gone", 1))
        data.update(put("changed", "new", 1), put("added", ""), remove("removed", 1))
        assert rewrite.events[2] == {
            "version": 2,
            "eventType": "SyncTrigger",
            "region": "us-east-1",
            "identityPoolId": pool_id,
            "identityId": identity_id,
            "datasetName": "save",
            "datasetRecords": {
                "kept": {"oldValue": "k", "newValue": "k", "op": "replace"},
                "changed": {"oldValue": "old", "newValue": "new", "op": "replace"},
                "removed": {"oldValue": "r", "newValue": None, "op": "remove"},
                # A record that was removed earlier; seen at AWS.
                "gone": None,
                "added": {"oldValue": None, "newValue": "", "op": "replace"},
            },
        }
        assert type(rewrite.events[2]["version"]) is int

    def test_context(self, data: Data, rewrite: Rewrite) -> None:
        data.update(put("a"))
        (context,) = rewrite.contexts
        assert (context.function_name, context.invoked_function_arn) == ("rewrite", ARN)
        assert 0 < context.get_remaining_time_in_millis() <= 5000
        assert context.log_group_name == "/aws/lambda/rewrite"

    def test_developers_do_not_trigger_it(self, data: Data, rewrite: Rewrite, client: Any, pool_id: str) -> None:
        """Documented."""
        Data(client, pool_id, data.where["IdentityId"]).update(put("a"))
        assert rewrite.events == []

    def test_what_is_refused_anyway_never_asks(self, data: Data, rewrite: Rewrite) -> None:
        data.update(put("a"))
        assert data.refused(put("a", "b", 7))[1] == "InvalidParameterException"
        assert data.refused(put("b"), token="none")[1] == "InvalidParameterException"
        assert len(rewrite.events) == 1

    def test_it_is_asked_before_conflicts_are_judged(self, data: Data, rewrite: Rewrite) -> None:
        """Seen at AWS: a removed record that is written with a stale count was null in the event of a failed update."""
        data.update(put("a"), put("gone"))
        data.update(remove("gone", 1))
        stale = (409, "ResourceConflictException", "Current SyncCount for: gone is: 2 not: 0")
        assert data.refused(put("gone", "again"), put("a", "new", 1)) == stale
        assert len(rewrite.events) == 3
        assert rewrite.events[2]["datasetRecords"] == {
            "a": {"oldValue": "value", "newValue": "new", "op": "replace"},
            "gone": None,
        }
        assert data.refused(put("a", "other"))[2] == "Current SyncCount for: a is: 1 not: 0"
        assert rewrite.events[3]["datasetRecords"]["a"] == {"oldValue": "value", "newValue": "other", "op": "replace"}
        assert data.update(put("gone", "again", 2))[0]["SyncCount"] == 3
        assert rewrite.events[4]["datasetRecords"]["gone"] == {"oldValue": None, "newValue": "again", "op": "replace"}

    def test_a_function_may_take_a_conflicting_record_out(self, data: Data, rewrite: Rewrite) -> None:
        data.update(put("a"))
        answer(rewrite, {"b": {"oldValue": None, "newValue": "1", "op": "replace"}})
        assert [record["Key"] for record in data.update(put("a", "stale"), put("b", "1"))] == ["b"]

    @pytest.mark.parametrize("name", [ARN, f"{ARN}:$LATEST", "rewrite", "123456789012:function:rewrite"])
    def test_by_name_or_arn(self, data: Data, rewrite: Rewrite, client: Any, pool_id: str, name: str) -> None:
        client.set_cognito_events(IdentityPoolId=pool_id, Events={"SyncTrigger": name})
        data.update(put("a"))
        assert len(rewrite.events) == 1

    def test_the_log_tells(self, door: Door, data: Data, rewrite: Rewrite) -> None:
        data.update(put("a"))
        call = door.mock.calls.deliveries[-1]
        assert (call.service, call.operation, call.error) == ("lambda", "Invoke", None)
        assert (call.parameters["FunctionName"], call.parameters["Payload"]) == (ARN, rewrite.events[0])
        assert call.response["Payload"] == rewrite.events[0]


class TestAnswer:
    def test_the_same_is_written_as_it_came(self, data: Data, rewrite: Rewrite) -> None:
        assert data.update(put("a", "1"))[0]["Value"] == "1"
        data.update(put("b", "2"))
        # What was not touched was not written.
        assert data.state() == {"a": ("1", 1), "b": ("2", 2)}
        assert len(rewrite.events) == 2

    def test_changed_removed_and_added(self, data: Data, rewrite: Rewrite) -> None:
        data.update(put("a", "1"), put("b", "2"), put("c", "3"), put("d", "4"))
        answer(
            rewrite,
            {
                "patched": {"oldValue": None, "newValue": "rewritten", "op": "replace"},
                "a": {"oldValue": "1", "newValue": "changed", "op": "replace"},
                "b": {"op": "remove"},
                "c": None,
                "d": {"newValue": None, "op": "replace"},
                "added": {"newValue": "new", "op": "replace"},
            },
        )
        written = data.update(put("patched", "x", DeviceLastModifiedDate=1000.0))
        # The client learns of all of them, its own first.
        assert [(r["Key"], r.get("Value"), r["SyncCount"]) for r in written] == [
            ("patched", "rewritten", 2),
            ("a", "changed", 2),
            ("b", None, 2),
            ("c", None, 2),
            ("d", None, 2),
            ("added", "new", 2),
        ]
        assert data.state() == {record["Key"]: (record.get("Value"), 2) for record in written}
        assert written[0]["DeviceLastModifiedDate"].timestamp() == 1000
        assert data.client.describe_dataset(**data.where)["Dataset"]["NumRecords"] == 3

    def test_a_removal_may_be_turned_into_a_value(self, data: Data, rewrite: Rewrite) -> None:
        data.update(put("a", "1"))
        answer(rewrite, {"a": {"newValue": "kept", "op": "replace"}})
        assert data.update(remove("a", 1))[0]["Value"] == "kept"

    def test_omitted_records_are_left_alone(self, data: Data, rewrite: Rewrite) -> None:
        """Documented: they are ignored for the update, the client's own included."""
        data.update(put("a", "1"))
        answer(rewrite, {"b": {"newValue": "2", "op": "replace"}})
        assert [record["Key"] for record in data.update(put("a", "new", 1), put("b", "x"))] == ["b"]
        assert data.state() == {"a": ("1", 1), "b": ("2", 2)}
        answer(rewrite, {})
        assert data.update(put("a", "new", 1)) == []
        assert data.list()["DatasetSyncCount"] == 2

    def test_what_is_not_there_cannot_be_removed(self, data: Data, rewrite: Rewrite) -> None:
        data.update(put("a", "1"))
        data.update(remove("a", 1))
        answer(rewrite, {"a": None, "never": {"op": "remove"}})
        assert data.update(put("b", "x")) == []
        assert data.state() == {"a": (None, 2)}

    @pytest.mark.parametrize(
        "records",
        [
            None,
            [],
            {"a": "text"},
            {"a": {"newValue": "1"}},
            {"a": {"newValue": "1", "op": "add"}},
            {"a": {"newValue": 1, "op": "replace"}},
            {"a": {"newValue": "1" * 1_048_576, "op": "replace"}},
            {"": {"newValue": "1", "op": "replace"}},
            {"k" * 1025: {"newValue": "1", "op": "replace"}},
        ],
        ids=["null", "list", "no object", "no op", "wrong op", "number", "long value", "no key", "long key"],
    )
    def test_records_that_are_none(self, data: Data, rewrite: Rewrite, records: Any) -> None:
        data.update(put("a", "1"))
        answer(rewrite, records)
        assert data.refused(put("a", "new", 1)) == INVALID
        assert data.state() == {"a": ("1", 1)}

    @pytest.mark.parametrize(
        "changes",
        [
            {"version": 3},
            {"eventType": "Other"},
            {"region": "eu-west-1"},
            {"identityPoolId": "other"},
            {"identityId": "other"},
            {"datasetName": "other"},
            {"extra": 1},
        ],
        ids=str,
    )
    def test_everything_else_is_read_only(self, data: Data, rewrite: Rewrite, changes: Any) -> None:
        """Documented."""
        rewrite.change = lambda event: {**event, **changes}  # type: ignore[method-assign]
        assert data.refused(put("a")) == INVALID
        rewrite.change = lambda event: {"datasetRecords": event["datasetRecords"]}  # type: ignore[method-assign]
        assert data.refused(put("a")) == INVALID
        assert data.list()["DatasetExists"] is False

    @pytest.mark.parametrize(
        "returned", [None, "text", [], {1, 2}, float("nan"), object()], ids=lambda value: type(value).__name__
    )
    def test_nonsense(self, data: Data, rewrite: Rewrite, returned: Any) -> None:
        rewrite.change = lambda _: returned  # type: ignore[method-assign]
        assert data.refused(put("a")) == INVALID
        assert data.list()["DatasetExists"] is False

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (lambda _: None, "the function must return the event with its datasetRecords, not None"),
            (lambda event: {**event, "version": 3}, "may change datasetRecords only, but 'version' is not as it was"),
            (lambda event: {**event, "extra": 1}, "may change datasetRecords only, but 'extra' is not as it was"),
            (lambda event: {**event, "datasetRecords": {"a": {"op": "delete"}}}, "record 'a' must have an op"),
            (
                lambda event: {**event, "datasetRecords": {"a": {"op": "replace", "newValue": 5}}},
                "a RecordValue is a text of 0 to 1048575 characters, not 5",
            ),
        ],
        ids=["none", "changed", "more", "op", "value"],
    )
    def test_the_test_sees_why_an_answer_was_refused(
        self, door: Door, data: Data, rewrite: Rewrite, caplog: pytest.LogCaptureFixture, change: Any, why: str
    ) -> None:
        rewrite.change = change  # type: ignore[method-assign]
        assert data.refused(put("a")) == INVALID
        call = door.mock.calls.deliveries[-1]
        assert (call.operation, call.error) == ("Invoke", "InvalidLambdaFunctionOutputException")
        assert why in (call.message or "")
        assert f"function rewrite did not let the update pass: {call.message}" in caplog.text

    def test_an_exception_that_cannot_say_what_it_is(self, door: Door, data: Data, rewrite: Rewrite) -> None:
        class Mute(Exception):
            def __str__(self) -> str:
                raise ValueError

        def fail(_: Any) -> Any:
            raise Mute

        rewrite.change = fail  # type: ignore[method-assign]
        assert data.refused(put("a")) == INVALID
        assert door.mock.calls.deliveries[-1].message == "Mute"

    @pytest.mark.parametrize("error", [ValueError("veto"), SystemExit(3), AssertionError("veto")], ids=repr)
    def test_an_exception_is_a_veto(
        self, door: Door, data: Data, rewrite: Rewrite, error: BaseException, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(_: Any) -> Any:
            raise error

        rewrite.change = fail  # type: ignore[method-assign]
        token = data.token()
        assert data.refused(put("a"), token=token) == INVALID
        assert data.list()["DatasetExists"] is False
        # The test sees why: in the log of calls, and in the log of the run.
        call = door.mock.calls.deliveries[-1]
        assert (call.error, call.message) == ("InvalidLambdaFunctionOutputException", str(error))
        assert "function rewrite failed" in caplog.text
        # The token is still good.
        del rewrite.change
        assert data.update(put("a"), token=token)

    def test_limits_hold_for_what_it_adds(self, data: Data, rewrite: Rewrite) -> None:
        answer(rewrite, {f"k{number}": {"newValue": "", "op": "replace"} for number in range(1025)})
        assert data.refused(put("k0"))[:2] == (400, "LimitExceededException")
        assert data.list()["DatasetExists"] is False


class TestTime:
    def test_five_seconds(self, data: Data, rewrite: Rewrite, monkeypatch: pytest.MonkeyPatch) -> None:
        from cogsync_mock.cognitosync.effects import lambda_runner as functions

        assert functions.TIME_LIMIT == 5.0
        monkeypatch.setattr(functions, "TIME_LIMIT", 0.05)
        finish = threading.Event()
        rewrite.change = lambda event: finish.wait(10) and event  # type: ignore[method-assign]
        assert data.refused(put("a")) == LATE
        finish.set()
        assert data.list()["DatasetExists"] is False

    def test_what_a_late_function_requests_is_rejected(
        self, door: Door, data: Data, rewrite: Rewrite, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By name, whatever it asks of which service; nothing of it is written."""
        monkeypatch.setattr("cogsync_mock.cognitosync.effects.lambda_runner.TIME_LIMIT", 0.2)
        late, over = threading.Event(), Outcome()
        sqs = door.client("sqs")

        def change(event: Any) -> Any:
            assert late.wait(10)
            with over:
                over.catch(lambda: sqs.create_queue(QueueName="late"))
                over.catch(lambda: Data(data.client, *list(data.where.values())[:2], "late").update(put("a")))
                # One that is made now meets the same.
                over.catch(lambda: door.mock.client("sns").create_topic(Name="late"))
            return event

        rewrite.change = change  # type: ignore[method-assign]
        assert data.refused(put("a")) == LATE
        late.set()
        assert over.wait() == [TOO_LATE] * 3
        assert "QueueUrls" not in sqs.list_queues()
        assert data.client.list_datasets(**dict(list(data.where.items())[:2]))["Datasets"] == []
        # The next invocation is another one.
        del rewrite.change
        assert data.update(put("a"))

    def test_a_function_that_outlives_its_mock_never_meets_the_real_environment(self) -> None:
        """Nor the data of the next mock; what stood in the way is put back once the last such function has returned."""
        end, next_is_on, over = threading.Event(), threading.Event(), Outcome()
        send = vars(URLLib3Session)["send"]
        with mock_cognito_sync() as mock:
            inside = boto3.client("sqs")

            @mock.lambda_function("f")
            def outliving(_event: Any, _context: Any) -> None:
                with over:
                    assert end.wait(10)
                    over.catch(inside.list_queues)
                    over.catch(outside.list_queues)
                    assert next_is_on.wait(10)
                    over.catch(lambda: inside.create_queue(QueueName="late"))

            invoker = threading.Thread(target=lambda: boto3.client("lambda").invoke(FunctionName="f"))
            invoker.start()
            wait_until(lambda: "f" in [each.name.split("'")[1] for each in invocations.running()])
        outside = boto3.client("sqs", "us-east-1", aws_access_key_id="real", aws_secret_access_key="real")
        end.set()
        wait_until(lambda: len(over.caught) == 2)
        # Others are not kept from the network meanwhile: here it is the address that does not exist.
        with pytest.raises(EndpointConnectionError):
            boto3.client(
                "sqs",
                "us-east-1",
                endpoint_url="http://127.0.0.1:1",
                aws_access_key_id="a",
                aws_secret_access_key="a",
                config=Config(retries={"max_attempts": 0}),
            ).list_queues()
        with mock_cognito_sync():
            next_is_on.set()
            messages = over.wait()
            invoker.join(10)
            assert "QueueUrls" not in boto3.client("sqs").list_queues()
        assert messages == [OUTLIVED] * 3
        assert vars(URLLib3Session)["send"] is send

    def test_reset_ends_the_right_of_what_runs(self) -> None:
        go_on, over = threading.Event(), Outcome()
        with mock_cognito_sync() as mock:

            @mock.lambda_function("f")
            def slow(_event: Any, _context: Any) -> None:
                with over:
                    assert go_on.wait(10)
                    over.catch(lambda: boto3.client("sqs").create_queue(QueueName="late"))

            invoker = threading.Thread(target=lambda: boto3.client("lambda").invoke(FunctionName="f"))
            invoker.start()
            wait_until(invocations.running)
            mock.reset()
            go_on.set()
            assert "switched off or reset meanwhile" in over.wait()[0]
            invoker.join(10)
            assert "QueueUrls" not in boto3.client("sqs").list_queues()

    def test_what_a_late_function_has_set_off_is_over_with_it(
        self, door: Door, data: Data, rewrite: Rewrite, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whether that is another trigger, or a function that it invokes; their update is not written either."""
        if door.endpoint_url is not None:
            pytest.skip("the server's threads do not know who has set them off")
        monkeypatch.setattr("cogsync_mock.cognitosync.effects.lambda_runner.TIME_LIMIT", 1.0)
        late, outer, inner = threading.Event(), Outcome(), Outcome()

        @door.mock.lambda_function("inner")
        def invoked(_event: Any, _context: Any) -> None:
            with inner:
                assert late.wait(10)
                inner.catch(lambda: door.client("sqs").create_queue(QueueName="late"))

        def change(event: Any) -> Any:
            if len(rewrite.events) == 1:
                time.sleep(0.6)
                with outer:
                    outer.catch(lambda: Data(data.client, *list(data.where.values())[:2], "other").update(put("again")))
            else:
                door.client("lambda").invoke(FunctionName="inner", Payload=b"{}")
            return event

        rewrite.change = change  # type: ignore[method-assign]
        assert data.refused(put("a")) == LATE
        late.set()
        for messages in (inner.wait(), outer.wait()):
            assert [message.partition(":")[0] for message in messages] == ["ExpiredInvocation"]
            assert "Lambda function 'rewrite' made a request after its invocation was over" in messages[0]
        assert data.client.list_datasets(**dict(list(data.where.items())[:2]))["Datasets"] == []

    def test_nothing_is_left_open_by_a_late_function(
        self, door: Door, data: Data, rewrite: Rewrite, client: Any, pool_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither the delivery of what it has written nor its modification of the pool, whenever it becomes late."""
        monkeypatch.setattr("cogsync_mock.cognitosync.effects.lambda_runner.TIME_LIMIT", 0.2)
        inside, go_on, over = threading.Event(), threading.Event(), Outcome()

        def held(*_: Any) -> list[str]:
            inside.set()
            assert go_on.wait(10)
            return []

        monkeypatch.setattr(references, "missing_references", held)
        backend = cognitosync_backends["123456789012"]["us-east-1"]

        def change(event: Any) -> Any:
            with over:
                over.catch(lambda: backend.set_identity_pool_configuration(pool_id, {}, None, verify_references=True))
            return event

        rewrite.change = change  # type: ignore[method-assign]
        assert data.refused(put("a")) == LATE
        assert inside.is_set()
        go_on.set()
        assert over.wait() == []
        # A second modification is possible, updates go on and their deliveries, too.
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync={})
        del rewrite.change
        door.client("kinesis").create_stream(StreamName="changes", ShardCount=1)
        client.set_identity_pool_configuration(
            IdentityPoolId=pool_id, CognitoStreams={"StreamName": "changes", "StreamingStatus": "ENABLED"}
        )
        assert data.update(put("a"))
        assert door.mock.calls.deliveries[-1].operation == "PutRecord"

    def test_threads_that_a_function_starts_are_the_tests_own(
        self, door: Door, data: Data, rewrite: Rewrite, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Documented in `cogsync_mock.aws.invocations`; what asyncio runs for it is the function's."""
        monkeypatch.setattr("cogsync_mock.cognitosync.effects.lambda_runner.TIME_LIMIT", 0.2)
        late, over = threading.Event(), Outcome()
        sqs = door.client("sqs")

        def change(event: Any) -> Any:
            assert late.wait(10)
            with over:
                thread = threading.Thread(target=lambda: sqs.create_queue(QueueName="from-its-thread"))
                thread.start()
                thread.join(10)
                over.catch(lambda: asyncio.run(asyncio.to_thread(sqs.create_queue, QueueName="late")))
            return event

        rewrite.change = change  # type: ignore[method-assign]
        assert data.refused(put("a")) == LATE
        late.set()
        assert [message.partition(":")[0] for message in over.wait()] == ["ExpiredInvocation"]
        (url,) = sqs.list_queues()["QueueUrls"]
        assert url.endswith("/from-its-thread")

    def test_a_function_that_sets_itself_off(self, door: Door, data: Data, rewrite: Rewrite) -> None:
        """Lambda itself ends such loops, too."""

        def change(event: Any) -> Any:
            Data(door.identity_client(event["identityId"]), *list(data.where.values())[:2]).update(put("again"))
            return event

        rewrite.change = change  # type: ignore[method-assign]
        if door.endpoint_url is not None:
            pytest.skip("the server's threads do not know who has set them off")
        assert data.refused(put("a")) == INVALID
        assert len(rewrite.events) == 16
        *_, innermost = door.mock.calls.of("Invoke")
        assert "it sets itself off: 16 updates of its own have called it again" in (innermost.message or "")

    def test_the_pool_may_be_gone_meanwhile(self, door: Door, data: Data, rewrite: Rewrite, pool_id: str) -> None:
        def change(event: Any) -> Any:
            cognitoidentity.delete_identity_pool("123456789012", "us-east-1", pool_id)
            return event

        rewrite.change = change  # type: ignore[method-assign]
        assert data.refused(put("a")) == (404, "ResourceNotFoundException", f"IdentityPool '{pool_id}' not found")
        assert door.mock.calls.deliveries[-1].error is None

    def test_others_may_write_meanwhile(self, door: Door, data: Data, rewrite: Rewrite) -> None:
        """Then the answer holds as far as it is about records that are still as they were."""
        data.update(put("a", "1"), put("b", "1"))
        other = Data(door.client(), data.where["IdentityPoolId"], data.where["IdentityId"])

        def change(event: Any) -> Any:
            count = other.list()["DatasetSyncCount"]
            other.update(put("a", "other's", count))
            return event

        rewrite.change = change  # type: ignore[method-assign]
        assert data.update(put("b", "2", 1))[0]["SyncCount"] == 3
        assert data.refused(put("a", "2", 3)) == (
            409,
            "ResourceConflictException",
            "Current SyncCount for: a is: 4 not: 3",
        )
        assert data.state() == {"b": ("2", 3), "a": ("other's", 4)}


class TestFunctions:
    def test_lambda_knows_it(self, door: Door, rewrite: Rewrite) -> None:
        client = door.client("lambda")
        configuration = client.get_function(FunctionName="rewrite")["Configuration"]
        assert (configuration["FunctionArn"], configuration["Description"]) == (
            ARN,
            "A Python callable of a test stands in for this function",
        )
        assert [function["FunctionName"] for function in client.list_functions()["Functions"]] == ["rewrite"]
        answered = client.invoke(FunctionName="rewrite", Payload=b'{"a": 1}')
        assert (answered["StatusCode"], json.loads(answered["Payload"].read())) == (200, {"a": 1})
        assert rewrite.events == [{"a": 1}]
        assert client.invoke(FunctionName=ARN)["Payload"].read() == b"{}"
        # The role that moto needs to see is not left behind.
        assert door.client("iam").list_roles()["Roles"] == []

    def test_lambda_tells_of_failures(self, door: Door, rewrite: Rewrite) -> None:
        def fail(_: Any) -> Any:
            raise ValueError("no")

        rewrite.change = fail  # type: ignore[method-assign]
        answered = door.client("lambda").invoke(FunctionName="rewrite", Payload=b"{}")
        assert (answered["StatusCode"], answered["FunctionError"]) == (200, "Unhandled")
        assert json.loads(answered["Payload"].read()) == {
            "errorMessage": "no",
            "errorType": "ValueError",
            "stackTrace": [],
        }

    def test_it_may_read_the_stream(self, door: Door, data: Data, client: Any, pool_id: str) -> None:
        """moto calls it at once; that it writes itself, even through the server, must not block."""
        done: list[Any] = []

        @door.mock.lambda_function("materialise")
        def materialise(event: Any, _context: Any) -> None:
            (record,) = event["Records"]
            done.append(record["kinesis"]["partitionKey"])
            if len(done) == 1:
                Data(door.client(), pool_id, data.where["IdentityId"], "view").update(put("seen"))

        client.set_cognito_events(IdentityPoolId=pool_id, Events={"SyncTrigger": ""})
        door.client("kinesis").create_stream(StreamName="changes", ShardCount=1)
        consume(door, "changes", "materialise")
        client.set_identity_pool_configuration(
            IdentityPoolId=pool_id, CognitoStreams={"StreamName": "changes", "StreamingStatus": "ENABLED"}
        )
        data.update(put("a"))
        assert done == [data.where["IdentityId"]] * 2
        assert [call.operation for call in door.mock.calls.deliveries] == ["PutRecord", "PutRecord"]

    def test_what_ends_the_caller_passes_through(self, door: Door) -> None:
        """Ctrl+C, say, while a function runs in the caller's own thread."""

        @door.mock.lambda_function("slow")
        def slow(_event: Any, _context: Any) -> None:
            raise KeyboardInterrupt

        if door.endpoint_url is not None:
            pytest.skip("nobody presses Ctrl+C in a server's thread")
        with pytest.raises(KeyboardInterrupt):
            door.client("lambda").invoke(FunctionName="slow", Payload=b"{}")

    def test_it_may_not_write_to_its_own_stream_for_ever(
        self, door: Door, data: Data, client: Any, pool_id: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        if door.endpoint_url is not None:
            pytest.skip("the server's threads do not know who has set them off")
        seen: list[Any] = []

        @door.mock.lambda_function("copy")
        def copy(event: Any, _context: Any) -> None:
            seen.append(event)
            Data(client, pool_id, data.where["IdentityId"], "copy").update(put(str(len(seen))))

        client.set_cognito_events(IdentityPoolId=pool_id, Events={"SyncTrigger": ""})
        door.client("kinesis").create_stream(StreamName="changes", ShardCount=1)
        consume(door, "changes", "copy")
        client.set_identity_pool_configuration(
            IdentityPoolId=pool_id, CognitoStreams={"StreamName": "changes", "StreamingStatus": "ENABLED"}
        )
        assert data.update(put("a"))
        assert len(seen) == 16
        assert "writes to it again and again: record 17 is not delivered" in caplog.text

    def test_one_that_exists_is_played(self, door: Door, data: Data) -> None:
        make_function(door, "rewrite")
        rewrite = door.mock.lambda_function(ARN)(Rewrite())
        data.update(put("a"))
        assert len(rewrite.events) == 1
        described = door.client("lambda").get_function(FunctionName="rewrite")["Configuration"]
        assert described["Description"] == "real"

    @pytest.mark.parametrize("docker", ["tcp://127.0.0.1:1", "unix:///none"])
    def test_one_without_a_callable_needs_docker(
        self, door: Door, data: Data, monkeypatch: pytest.MonkeyPatch, docker: str
    ) -> None:
        make_function(door, "rewrite")
        monkeypatch.setenv("DOCKER_HOST", docker)
        with_it = f"with mock.lambda_function('{ARN}') in the process of the mock"
        status, code, message = data.refused(put("a"))
        assert (status, code) == (400, "InvalidLambdaFunctionOutputException")
        assert message.startswith(f"Lambda function '{ARN}' cannot run in the mock: moto runs functions in Docker")
        assert message.endswith(f"Let a Python callable play it, {with_it}")

    def test_one_that_was_deleted(self, door: Door, data: Data, rewrite: Rewrite) -> None:
        assert data.update(put("a"))
        door.client("lambda").delete_function(FunctionName="rewrite")
        assert "there is no such function" in data.refused(put("b"))[2]
        # Deployed again, it is the one that the callable plays.
        make_function(door, "rewrite")
        assert data.update(put("b"))
        assert len(rewrite.events) == 2

    @pytest.mark.usefixtures("rewrite")
    def test_one_of_a_region_that_does_not_exist(self, data: Data, client: Any, pool_id: str) -> None:
        arn = "arn:aws:lambda:mars-1:123456789012:function:f"
        client.set_cognito_events(IdentityPoolId=pool_id, Events={"SyncTrigger": arn})
        status, code, message = data.refused(put("a"))
        assert (status, code) == (400, "InvalidLambdaFunctionOutputException")
        assert "there is no such function" in message

    @pytest.mark.cognito_sync_mock(verify_references=True)
    def test_references_are_verified_as_the_trigger_finds_them(self, door: Door, client: Any, pool_id: str) -> None:
        door.mock.lambda_function("rewrite")(Rewrite())
        for name in (ARN, f"{ARN}:$LATEST", "rewrite", "rewrite:$LATEST", "123456789012:function:rewrite"):
            client.set_cognito_events(IdentityPoolId=pool_id, Events={"SyncTrigger": name})
        for name in ("other", ARN.replace("us-east-1", "eu-west-1")):
            assert refusal(client.set_cognito_events, IdentityPoolId=pool_id, Events={"SyncTrigger": name}) == (
                400,
                "InvalidParameterException",
                f"The configuration refers to resources that do not exist: function {name}",
            )

    def test_one_that_does_not_exist(self, data: Data) -> None:
        assert data.refused(put("a")) == (
            400,
            "InvalidLambdaFunctionOutputException",
            (
                f"Lambda function '{ARN}' cannot run in the mock: there is no such function. "
                f"Let a Python callable play it, with mock.lambda_function('{ARN}') in the process of the mock"
            ),
        )

    @pytest.mark.cognito_sync_mock(config={"lambda": {"use_docker": False}})
    def test_motos_functions_without_docker(self, door: Door, data: Data) -> None:
        """moto's echo is the trigger that changes nothing; its queue of results is honoured."""
        make_function(door, "rewrite")
        assert data.update(put("a", "1"))[0]["Value"] == "1"
        from moto.awslambda_simple.models import lambda_simple_backends

        lambda_simple_backends["123456789012"]["us-east-1"].lambda_simple_results_queue.append("no json")
        assert data.refused(put("a", "2", 1)) == INVALID
        assert data.update(put("a", "2", 1))[0]["Value"] == "2"

    def test_a_function_without_concurrency_is_throttled(self, door: Door, data: Data, rewrite: Rewrite) -> None:
        client = door.client("lambda")
        client.put_function_concurrency(FunctionName="rewrite", ReservedConcurrentExecutions=0)
        assert data.refused(put("a")) == THROTTLED
        assert rewrite.events == []
        client.put_function_concurrency(FunctionName="rewrite", ReservedConcurrentExecutions=1)
        inside: list[Any] = []

        def change(event: Any) -> Any:
            # A second invocation while this one is running.
            inside.append(Data(data.client, *list(data.where.values())[:2], "other").refused(put("b")))
            return event

        rewrite.change = change  # type: ignore[method-assign]
        assert data.update(put("a"))
        assert inside == [THROTTLED]
        del rewrite.change
        assert data.update(put("a", "2", 1))


class TestLifetime:
    def test_it_ends_with_the_mock_and_with_reset(self) -> None:
        with mock_cognito_sync() as outer:
            client = boto3.client("lambda")
            with mock_cognito_sync() as inner:
                inner.lambda_function("f")(Rewrite())
                assert len(client.list_functions()["Functions"]) == 1
            assert client.list_functions()["Functions"] == []
            outer.lambda_function("f")(Rewrite())
            outer.reset()
            assert client.list_functions()["Functions"] == []

    def test_mocks_may_play_one_function_in_turn(self) -> None:
        played: list[str] = []

        def player(name: str) -> Any:
            return lambda event, _context: played.append(name) or event

        with mock_cognito_sync() as outer:
            outer.lambda_function("f")(player("outer"))
            client = boto3.client("lambda")
            with mock_cognito_sync() as inner:
                inner.lambda_function("f")(player("inner"))
                client.invoke(FunctionName="f")
            client.invoke(FunctionName="f")
        assert played == ["inner", "outer"]

    def test_the_other_kind_of_lambda(self) -> None:
        without_docker = {"lambda": {"use_docker": False}}
        with mock_cognito_sync():
            with mock_cognito_sync(config=without_docker) as inner:
                inner.lambda_function("f")(Rewrite())
                assert boto3.client("lambda").list_functions()["Functions"]
            with mock_cognito_sync(config=without_docker):
                assert boto3.client("lambda").list_functions()["Functions"] == []

    def test_only_in_a_mock_that_is_on(self) -> None:
        with mock_cognito_sync() as mock:
            pass
        with pytest.raises(RuntimeError, match=r"lambda_function\(\) was called on a mock that is not on"):
            mock.lambda_function("f")

    def test_the_decorator_needs_a_name(self) -> None:
        with mock_cognito_sync() as mock, pytest.raises(ValueError, match=r"as in @mock\.lambda_function\('name'\)$"):
            mock.lambda_function(lambda event, _context: event)  # type: ignore[arg-type]

    @pytest.mark.parametrize("name", ["", "a b", "arn:aws:s3:::bucket", "f" * 65, None, 3])
    def test_no_function(self, name: Any) -> None:
        with mock_cognito_sync() as mock, pytest.raises(ValueError, match="names no Lambda function: give a name"):
            mock.lambda_function(name)

    def test_no_region(self) -> None:
        with mock_cognito_sync() as mock, pytest.raises(ValueError, match="no AWS Lambda in region 'mars-north-1'"):
            mock.lambda_function("arn:aws:lambda:mars-north-1:123456789012:function:f")

    def test_not_a_plain_callable(self) -> None:
        async def handler(_event: Any, _context: Any) -> None: ...

        with mock_cognito_sync() as mock:
            for wrong in (handler, "text"):
                with pytest.raises(TypeError, match=r"a plain callable .* stands in for a Lambda function"):
                    mock.lambda_function("f")(wrong)  # type: ignore[type-var]

    @pytest.mark.cognito_sync_mock(region_name="eu-west-1")
    def test_a_name_is_of_the_default_region(self, cognito_sync_mock: Any) -> None:
        cognito_sync_mock.lambda_function("f")(Rewrite())
        assert boto3.client("lambda", region_name="eu-west-1").list_functions()["Functions"]


def make_function(door: Door, name: str) -> None:
    """Make a function through Lambda's API, as a deployment would."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("code.py", "def handler(event, context): return event")
    role = door.client("iam").create_role(RoleName="run", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    door.client("lambda", config=NO_SIGNATURE_CHECK).create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="code.handler",
        Description="real",
        Code={"ZipFile": archive.getvalue()},
    )
