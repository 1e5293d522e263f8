"""Sessions and clients share what they only read while a mock is on, and nothing that a user can change."""

from __future__ import annotations

import contextlib
import copy
import functools
import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import botocore.client
import botocore.handlers
import botocore.hooks
import botocore.loaders
import botocore.regions
import botocore.session
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws
from programs import python

from cogsync_mock import mock_cognito_sync
from cogsync_mock.runtime.botocore_sharing import REPLACEMENTS, Replacement
from cogsync_mock.runtime.session_cache import SessionCache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SERVICES = ["s3", "sqs", "dynamodb", "ec2", "iam", "lambda", "kinesis", "cognito-sync", "sts", "s3control", "events"]


def names() -> list[Any]:
    """Return what stands in botocore where something may take its place."""
    return [vars(replacement.owner)[replacement.name] for replacement in REPLACEMENTS]


BEFORE = names()
needs_sharing = pytest.mark.skipif(
    os.environ.get("COGSYNC_MOCK_SHARE") == "0", reason="sharing is switched off for this run"
)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that botocore has read."""
    files: list[str] = []
    loader: Any = botocore.loaders.JSONFileLoader
    original = loader.load_file

    def load_file(self: Any, path: str) -> Any:
        data = original(self, path)
        if data is not None:
            files.append(path)
        return data

    monkeypatch.setattr(loader, "load_file", load_file)
    return files


def handlers_of(events: Any) -> list[tuple[str, list[str]]]:
    """Return every event of an emitter and its handlers, in order."""

    def walk(node: dict[str, Any], path: str) -> Iterator[tuple[str, list[str]]]:
        if node["values"]:
            yield (
                path,
                [
                    getattr(handler, "__qualname__", type(handler).__name__)
                    for part in node["values"]
                    for handler in part
                ],
            )
        for name, child in node["children"].items():
            yield from walk(child, f"{path}.{name}")

    return sorted(walk(events._emitter._handlers._root, ""))


def without_bucket(model: Any) -> Any:
    """Return a description with the bucket out of its paths, which botocore takes out with the first call of S3."""
    copied = copy.deepcopy(model)
    for operation in copied["operations"].values():
        operation["http"].pop("authPath", None)
        operation["http"]["requestUri"] = operation["http"]["requestUri"].removeprefix("/{Bucket}")
    return copied


def described(client: Any) -> dict[str, Any]:
    """Return all that a client is made of, comparable between sessions."""
    config = {name: value for name, value in vars(client.meta.config).items() if name != "_user_provided_options"}
    return {
        "methods": sorted(name for name in dir(client) if not name.startswith("_")),
        "mapping": client.meta.method_to_api_mapping,
        "handlers": handlers_of(client.meta.events),
        "unique": sorted(client.meta.events._emitter._unique_id_handlers),
        "endpoint": client.meta.endpoint_url,
        "region": client.meta.region_name,
        "config": {name: str(value) for name, value in config.items() if "object at" not in str(value)},
        "model": without_bucket(client.meta.service_model._service_description),
        "bases": [base.__qualname__ for base in type(client).__mro__],
    }


@needs_sharing
def test_a_second_session_reads_no_file_that_the_first_has_read(read: list[str]) -> None:
    def use() -> None:
        with mock_cognito_sync():
            boto3.client("sqs", "us-east-1").create_queue(QueueName="turns")
            boto3.client("s3", "us-east-1").get_paginator("list_objects_v2")
            boto3.client("s3", "us-east-1").get_waiter("bucket_exists")
            boto3.resource("dynamodb", "us-east-1").Table("players")

    use()
    read.clear()
    use()
    assert read == []


def test_nothing_is_shared_under_plain_moto(read: list[str]) -> None:
    for _ in range(2):
        read.clear()
        with mock_aws():
            assert names() == BEFORE
            boto3.client("sqs", "us-east-1")
        assert any("endpoints" in path for path in read)


@needs_sharing
def test_botocore_is_as_it_was_after_the_last_mock() -> None:
    with mock_cognito_sync():
        with mock_cognito_sync(), mock_aws():
            assert names() != BEFORE
        assert names() != BEFORE
    assert names() == BEFORE


def test_the_environment_switches_sharing_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COGSYNC_MOCK_SHARE", "0")
    with mock_cognito_sync():
        assert names() == BEFORE
        boto3.client("sqs", "us-east-1").create_queue(QueueName="turns")


@pytest.mark.parametrize("service", SERVICES)
def test_a_client_is_made_of_the_same_as_without_sharing(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def client() -> dict[str, Any]:
        with mock_cognito_sync():
            return described(boto3.client(service, "us-east-1"))

    shared = [client(), client()]
    monkeypatch.setenv("COGSYNC_MOCK_SHARE", "0")
    plain = client()
    for one in shared:
        for name, value in plain.items():
            assert one[name] == value, name


@pytest.mark.parametrize("service", ["s3", "dynamodb", "ec2"])
def test_a_resource_is_made_of_the_same_as_without_sharing(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def resource() -> Any:
        with mock_cognito_sync():
            made = boto3.resource(service, "us-east-1")
            return dir(made), made.get_available_subresources(), described(made.meta.client)

    shared = [resource(), resource()]
    monkeypatch.setenv("COGSYNC_MOCK_SHARE", "0")
    plain = resource()
    assert shared == [plain, plain]


def test_the_documentation_of_a_method_is_the_same() -> None:
    with mock_aws():
        plain = str(boto3.client("sqs", "us-east-1").send_message.__doc__)
    with mock_cognito_sync():
        assert str(boto3.client("sqs", "us-east-1").send_message.__doc__) == plain


# Never shared: what a user can change.


@pytest.fixture
def sessions() -> Iterator[list[Any]]:
    """Two sessions inside a mock, with a third to make what is shared."""
    with mock_cognito_sync():
        boto3.Session(region_name="us-east-1").client("sqs")
        yield [boto3.Session(region_name="us-east-1") for _ in range(2)]


def test_handlers_of_a_session_are_its_own(sessions: list[Any]) -> None:
    called: list[str] = []
    changed, other = sessions
    changed.events.register("before-call.sqs", lambda **_: called.append("changed"))
    other.client("sqs").list_queues()
    assert called == []
    changed.client("sqs").list_queues()
    assert called == ["changed"]


def test_handlers_of_a_client_are_its_own(sessions: list[Any]) -> None:
    called: list[str] = []
    session = sessions[0]
    changed, other = session.client("sqs"), session.client("sqs")
    changed.meta.events.register_first("before-call.sqs", lambda **_: called.append("changed"))
    for client in (other, session.client("sqs"), sessions[1].client("sqs")):
        client.list_queues()
    assert called == []
    changed.list_queues()
    assert called == ["changed"]


def test_a_handler_taken_out_of_a_session_stays_in_the_others(sessions: list[Any]) -> None:
    changed, other = sessions
    before = handlers_of(other.events)
    event, handler = next(
        (spec[0], spec[1]) for spec in botocore.handlers.BUILTIN_HANDLERS if spec[0] == "before-parameter-build.s3"
    )
    changed.events.unregister(event, handler)
    assert handlers_of(changed.events) != before
    assert handlers_of(other.events) == before
    assert handlers_of(boto3.Session().events) == before


def test_methods_added_to_clients_of_a_session_are_its_own(sessions: list[Any]) -> None:
    changed, other = sessions

    def add(class_attributes: dict[str, Any], **_: Any) -> None:
        class_attributes["added"] = lambda _: "added"
        del class_attributes["purge_queue"]

    changed.events.register("creating-client-class.sqs", add)
    assert changed.client("sqs").added() == "added"
    assert not hasattr(changed.client("sqs"), "purge_queue")
    for client in (other.client("sqs"), boto3.client("sqs", "us-east-1")):
        assert not hasattr(client, "added")
        assert callable(client.purge_queue)


def test_credentials_regions_and_configuration_are_a_sessions_own(sessions: list[Any]) -> None:
    changed, other = sessions
    changed._session.set_credentials("CHANGED", "secret")
    changed._session.set_config_variable("region", "eu-west-1")
    changed._session.set_config_variable("retry_mode", "adaptive")
    mine, theirs = changed.client("sqs"), other.client("sqs")
    assert mine._request_signer._credentials.access_key == "CHANGED"
    assert (mine.meta.region_name, mine.meta.config.retries["mode"]) == ("eu-west-1", "adaptive")
    assert theirs._request_signer._credentials.access_key == "FOOBARKEY"
    assert (theirs.meta.region_name, theirs.meta.config.retries["mode"] == "adaptive") == ("us-east-1", False)


def test_the_model_of_a_client_is_its_own_object(sessions: list[Any]) -> None:
    changed, other = (session.client("sqs") for session in sessions)
    changed.meta.service_model.signature_version = "v2"
    changed.meta.method_to_api_mapping.clear()
    assert other.meta.service_model.signature_version == "v4"
    assert other.meta.service_model.operation_model("ListQueues").service_model.signature_version == "v4"
    assert other.meta.method_to_api_mapping["list_queues"] == "ListQueues"


def test_data_that_a_user_asks_for_are_the_users_own(sessions: list[Any]) -> None:
    changed = sessions[0]._session
    loader = changed.get_component("data_loader")
    changed.get_service_data("sqs")["operations"].clear()
    loader.load_service_model("sqs", "service-2")["shapes"].clear()
    loader.load_service_model("s3", "paginators-1")["pagination"].clear()
    loader.load_data("endpoints")["partitions"].clear()
    loader.load_data("partitions")["partitions"].clear()
    loader.list_available_services("service-2").clear()
    changed.get_available_services().clear()
    client = sessions[1].client("sqs")
    client.send_message(QueueUrl=client.create_queue(QueueName="turns")["QueueUrl"], MessageBody="e4")
    assert "list_objects_v2" in sessions[1].client("s3").get_paginator.__self__.meta.method_to_api_mapping
    assert sessions[1].client("s3").can_paginate("list_objects_v2")
    assert "us-east-1" in sessions[1].get_available_regions("sqs")
    assert "sqs" in sessions[1].get_available_services()


EVENTS = ["a", "a.b", "a.b.c", "a.*.c", "b", "b.c"]


def a_handler(name: str) -> Any:
    def handler(**_: Any) -> str:
        return name

    handler.__qualname__ = name
    return handler


HANDLERS = [a_handler(name) for name in "xyz"]
steps = st.tuples(
    st.sampled_from(["copy", "register", "register_first", "register_last", "unregister"]),
    st.integers(0, 5),
    st.sampled_from(EVENTS),
    st.sampled_from(HANDLERS),
)


@needs_sharing
@given(st.lists(steps, max_size=30))
def test_copies_of_emitters_change_as_botocores_do(taken: list[tuple[str, int, str, Any]]) -> None:
    def changed() -> list[Any]:
        emitters: list[Any] = [botocore.hooks.HierarchicalEmitter()]
        for step, number, event, handler in taken:
            emitter = emitters[number % len(emitters)]
            if step == "copy":
                emitters.append(copy.copy(emitter))
            else:
                # What botocore says where nothing was ever registered.
                with contextlib.suppress(AttributeError):
                    getattr(emitter, step)(event, handler)
        return [
            [[answer for _, answer in emitter.emit(event)] for event in (*EVENTS, "a.x.c", "b.c.d")]
            for emitter in emitters
        ]

    plain = changed()
    cache = SessionCache()
    cache.install()
    try:
        assert changed() == plain
    finally:
        cache.remove()


# Data of a user's own.


def write_service(folder: Path, name: str, *operations: str) -> None:
    """Write a service of a user's own where botocore finds it."""
    home = folder / name / "2026-11-25"
    home.mkdir(parents=True, exist_ok=True)
    metadata = {
        "apiVersion": "2026-11-25",
        "endpointPrefix": name,
        "protocol": "json",
        "jsonVersion": "1.1",
        "serviceFullName": name,
        "serviceId": name,
        "signatureVersion": "v4",
        "targetPrefix": name,
        "uid": name,
    }
    described_operations = {
        operation: {"name": operation, "http": {"method": "POST", "requestUri": "/"}} for operation in operations
    }
    (home / "service-2.json").write_text(
        json.dumps({"metadata": metadata, "operations": described_operations, "shapes": {}})
    )


def test_a_search_path_is_its_loaders_own(sessions: list[Any], tmp_path: Path) -> None:
    write_service(tmp_path, "chess", "Move")
    changed, other = sessions
    changed._session.get_component("data_loader").search_paths.append(str(tmp_path))
    assert callable(changed.client("chess").move)
    with pytest.raises(botocore.exceptions.UnknownServiceError, match="Unknown service: 'chess'"):
        other.client("chess")
    assert "chess" not in other.get_available_services()


def test_models_on_the_data_path_are_read_again_when_they_change(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_service(tmp_path, "chess", "Move")
    with mock_cognito_sync():
        monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
        assert callable(boto3.Session(region_name="us-east-1").client("chess").move)
        assert callable(boto3.Session(region_name="us-east-1").client("chess").move)
        write_service(tmp_path, "chess", "Move", "Castle")
        assert callable(boto3.Session(region_name="us-east-1").client("chess").castle)
        monkeypatch.delenv("AWS_DATA_PATH")
        with pytest.raises(botocore.exceptions.UnknownServiceError, match="Unknown service: 'chess'"):
            boto3.Session(region_name="us-east-1").client("chess")


def test_a_loader_of_the_users_own_is_asked(sessions: list[Any]) -> None:
    asked: list[str] = []

    class Own(botocore.loaders.Loader):
        def load_service_model(self, service_name: str, *args: Any, **kwargs: Any) -> Any:
            asked.append(service_name)
            return super().load_service_model(service_name, *args, **kwargs)

    sessions[0]._session.register_component("data_loader", Own())
    sessions[0].client("sqs").list_queues()
    assert set(asked) == {"sqs"}


def test_an_emitter_of_the_users_own_gets_the_built_in_handlers() -> None:
    class Own(botocore.hooks.HierarchicalEmitter):
        pass

    with mock_cognito_sync():
        botocore.session.Session()
        plain = handlers_of(botocore.session.Session().get_component("event_emitter"))
        session = botocore.session.Session(event_hooks=Own())
        events = session.get_component("event_emitter")
        assert (type(events._emitter), handlers_of(events)) == (Own, plain)
        bare = botocore.session.Session(include_builtin_handlers=False)
        assert handlers_of(bare.get_component("event_emitter")) == []


def test_built_in_handlers_that_are_added_later_are_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_cognito_sync():
        botocore.session.Session()
        called: list[str] = []
        added = ("before-call.sqs", lambda **_: called.append("added"))
        monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", [*botocore.handlers.BUILTIN_HANDLERS, added])
        boto3.Session(region_name="us-east-1").client("sqs").list_queues()
        monkeypatch.undo()
        boto3.Session(region_name="us-east-1").client("sqs").list_queues()
        assert called == ["added"]


# Before, after and beside a mock.


def test_what_was_made_inside_works_after_the_stop() -> None:
    with mock_cognito_sync():
        session = boto3.Session("key", "secret", region_name="us-east-1")
        client = session.client("s3")
    for s3 in (client, session.client("s3")):
        with Stubber(s3) as stub:
            stub.add_response("list_objects_v2", {"KeyCount": 0}, {"Bucket": "saves"})
            assert next(iter(s3.get_paginator("list_objects_v2").paginate(Bucket="saves")))["KeyCount"] == 0
        assert s3.get_waiter("bucket_exists").name == "BucketExists"
    assert session.resource("dynamodb").Table("players").name == "players"
    assert session.get_available_regions("sqs")


def test_what_was_made_before_works_inside() -> None:
    session = boto3.Session("key", "secret", region_name="us-east-1")
    early = session.client("sqs")
    with mock_cognito_sync():
        for client in (early, session.client("sqs")):
            client.create_queue(QueueName="turns")
        assert len(early.list_queues()["QueueUrls"]) == 1


def test_many_threads_make_clients_at_once() -> None:
    def use(number: int) -> str:
        session = boto3.Session(region_name="us-east-1")
        queue: str = session.client("sqs").create_queue(QueueName=f"queue{number}")["QueueUrl"]
        return queue

    with mock_cognito_sync(), ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(use, range(32)))) == 32
        assert len(boto3.client("sqs", "us-east-1").list_queues()["QueueUrls"]) == 32


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks on this system")
def test_a_forked_child_makes_clients() -> None:
    code = """
    import os
    import boto3
    from cogsync_mock import mock_cognito_sync
    with mock_cognito_sync():
        boto3.client("sqs", "us-east-1").create_queue(QueueName="turns")
        if not os.fork():
            print(len(boto3.client("sqs", "us-east-1").list_queues()["QueueUrls"]), flush=True)
            os._exit(0)
        os.wait()
    """
    assert python(code) == "1"


def test_what_somebody_else_has_put_into_botocore_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = functools.lru_cache(botocore.session.create_loader)
    monkeypatch.setattr(botocore.session, "create_loader", theirs)
    with mock_cognito_sync():
        assert botocore.session.create_loader is theirs
        boto3.client("sqs", "us-east-1").list_queues()
        monkeypatch.undo()
        boto3.Session(region_name="us-east-1").client("sqs").list_queues()
    assert names() == BEFORE


def test_what_somebody_wraps_inside_a_mock_works_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[Any] = []
    with mock_cognito_sync():
        ours: Any = botocore.session.create_loader
        monkeypatch.setattr(botocore.session, "create_loader", lambda path=None: called.append(path) or ours(path))
    loader = botocore.session.Session().get_component("data_loader")
    assert (called, type(loader)) == ([None], botocore.loaders.Loader)
    monkeypatch.undo()
    with mock_cognito_sync():
        pass
    assert names() == BEFORE


# What the replacements must do as the originals do.


@pytest.mark.parametrize("wrap", [lambda handler: handler, functools.lru_cache, functools.wraps(lambda **_: None)])
def test_handlers_that_take_no_keywords_are_rejected_as_by_botocore(wrap: Callable[[Any], Any]) -> None:
    def handler(request: Any) -> None:
        del request

    class Handlers:
        def method(self, request: Any) -> None: ...
        def __call__(self, request: Any) -> None: ...

    def outcome(candidate: Any) -> str:
        events = botocore.session.Session().get_component("event_emitter")
        try:
            events.register("before-call", candidate)
        except ValueError as error:
            return str(error).partition(" at 0x")[0]
        return "accepted"

    def rejected() -> list[str]:
        candidates = (wrap(handler), Handlers().method, Handlers(), print, functools.partial(handler, request=1))
        return [outcome(candidate) for candidate in candidates]

    plain = rejected()
    with mock_cognito_sync():
        assert rejected() == plain


def test_an_unknown_service_is_rejected_as_by_botocore() -> None:
    with mock_aws(), pytest.raises(botocore.exceptions.UnknownServiceError) as plain:
        boto3.client("sqss", "us-east-1")  # type: ignore[call-overload]
    with mock_cognito_sync(), pytest.raises(botocore.exceptions.UnknownServiceError) as shared:
        boto3.client("sqss", "us-east-1")  # type: ignore[call-overload]
    assert str(shared.value) == str(plain.value)


# When botocore changes.


@needs_sharing
@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("create_loader", [("path",)], "create_loader takes search_path_string"),
        ("create_loaders", [("search_path_string",)], "'create_loaders'"),
    ],
)
def test_another_botocore_is_left_alone_and_named_once(
    name: str, parameters: list[tuple[str, ...]], message: str, caplog: pytest.LogCaptureFixture
) -> None:
    moved = Replacement(botocore.session, name, parameters, lambda original: original)
    cache = SessionCache((*REPLACEMENTS, moved))
    with caplog.at_level(logging.WARNING, "cogsync_mock"):
        for _ in range(2):
            cache.install()
            assert names() == BEFORE
            cache.remove()
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith(
        f"cogsync_mock cannot share the sessions' data with botocore {botocore.__version__}"
    )
    assert f"more slowly: {message}" in caplog.messages[0]


@needs_sharing
def test_handlers_kept_in_another_way_switch_sharing_off(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    trie: Any = botocore.hooks._PrefixTrie  # type: ignore[attr-defined]
    original = trie.__init__

    def init(self: Any) -> None:
        original(self)
        self.index = {}

    monkeypatch.setattr(trie, "__init__", init)
    cache = SessionCache()
    cache.install()
    assert names() == BEFORE
    assert "handlers are kept in another way" in caplog.text


@needs_sharing
def test_this_botocore_is_known(caplog: pytest.LogCaptureFixture) -> None:
    cache = SessionCache()
    cache.install()
    try:
        assert [after is not before for after, before in zip(names(), BEFORE, strict=True)] == [True] * len(BEFORE)
    finally:
        cache.remove()
    assert caplog.messages == []
