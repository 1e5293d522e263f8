"""The whole state as a document: it comes back as it was, and a bad document changes nothing."""

from __future__ import annotations

import copy
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws as plain_mock_aws
from moto.moto_api import state_manager
from rich_state import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, REGION, RichState

from cogsync_mock import mock_cognito_sync
from cogsync_mock.cognitosync.models import cognitosync_backends
from cogsync_mock.cognitosync.state.documents import INTERRUPTED
from cogsync_mock.snapshots import restore, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EMPTY: dict[str, Any] = {"version": 1, "cognito-identity": {}, "cognito-sync": {}}


@pytest.fixture
def story() -> Iterator[RichState]:
    with mock_cognito_sync():
        story = RichState()
        story.make()
        yield story


def taken() -> Any:
    """Return the state as a file has it."""
    return json.loads(json.dumps(snapshot()))


class TestTheStateComesBack:
    def test_where_there_was_nothing(self, story: RichState) -> None:
        seen, before = story.seen(), taken()
        restore(EMPTY)
        assert snapshot() == EMPTY
        restore(before)
        assert taken() == before
        assert story.seen() == seen

    def test_as_if_nothing_had_happened_since(self, story: RichState) -> None:
        seen, before = story.seen(), taken()
        story.write(story.guest, "save", "more", "1")
        story.client("cognito-identity").delete_identities(IdentityIdsToDelete=[story.player])
        story.client("cognito-identity").create_identity_pool(
            IdentityPoolName="late", AllowUnauthenticatedIdentities=True
        )
        story.client("cognito-identity", "eu-central-1").create_identity_pool(
            IdentityPoolName="late", AllowUnauthenticatedIdentities=True
        )
        assert taken() != before
        restore(before)
        assert taken() == before
        assert story.seen() == seen

    def test_there_is_all_of_it(self, story: RichState) -> None:
        document = taken()
        assert document["version"] == 1
        assert list(document["cognito-identity"]) == [OTHER_ACCOUNT, ACCOUNT]
        assert list(document["cognito-identity"][ACCOUNT]) == [OTHER_REGION, REGION]
        region = document["cognito-sync"][ACCOUNT][REGION]
        datasets = region["IdentityPools"][story.pool_id]["Identities"][story.guest]["Datasets"]
        save, gone = datasets
        device = region["IdentityPools"][story.pool_id]["Identities"][story.guest]["Devices"][0]
        assert (device["Subscriptions"], ":endpoint/GCM/game/" in device["EndpointArn"]) == (["save"], True)
        assert [(record["Key"], record.get("Value"), record["SyncCount"]) for record in save["Records"]] == [
            ("name", "Ä☃", 2),
            ("level", None, 3),
        ]
        assert (gone["DatasetExists"], gone["SyncCount"], gone["Records"]) == (False, 2, [])

    def test_counts_go_on(self, story: RichState) -> None:
        restore(taken())
        assert story.write(story.guest, "save", "k", "v")["SyncCount"] == 4
        assert story.write(story.guest, "gone", "k", "v")["SyncCount"] == 3
        with pytest.raises(ClientError, match="ResourceConflictException"):
            story.write(story.guest, "save", "name", "v", count=1)

    def test_identities_and_their_keys_go_on(self, story: RichState) -> None:
        document = taken()
        restore(EMPTY)
        restore(document)
        story.client("cognito-sync").set_cognito_events(IdentityPoolId=story.pool_id, Events={"SyncTrigger": ""})
        assert story.write(story.guest, "save", "k", "v", **story.guest_keys)["SyncCount"] == 4
        assert story.user("ann-of-old") == story.player

    def test_who_reads_meanwhile_sees_the_old_state_or_the_new_one(self, story: RichState) -> None:
        document, is_over = taken(), threading.Event()
        where = {"IdentityPoolId": story.pool_id, "IdentityId": story.guest, "DatasetName": "save"}

        def read(client: Any) -> None:
            while not is_over.is_set():
                assert client.list_records(**where)["DatasetSyncCount"] == 3

        clients = [story.client("cognito-sync") for _ in range(3)]
        with ThreadPoolExecutor() as threads:
            readers = [threads.submit(read, client) for client in clients]
            try:
                for _ in range(50):
                    restore(document)
                    snapshot()
            finally:
                is_over.set()
        for reader in readers:
            reader.result()

    def test_what_was_handed_out_or_taken_is_not_shared(self, story: RichState) -> None:
        document = snapshot()
        before = copy.deepcopy(document)
        restore(document)
        story.client("cognito-identity").tag_resource(
            ResourceArn=f"arn:aws:cognito-identity:{REGION}:{ACCOUNT}:identitypool/{story.pool_id}", Tags={"a": "b"}
        )
        story.write(story.guest, "save", "k", "v")
        assert document == before

    def test_a_bulk_publish_that_is_under_way_has_failed(self, story: RichState) -> None:
        pool = {"IdentityPoolId": story.pool_id}
        backend = cognitosync_backends[ACCOUNT][REGION]
        content = backend.to_dict()
        content["pools"][story.pool_id]["bulk_publish"].update(is_delivered=False, completed=None)
        backend.load_dict(content)
        before = taken()
        restore(before)
        assert taken() == before
        details = story.client("cognito-sync").get_bulk_publish_details(**pool)
        assert (details["BulkPublishStatus"], details["FailureMessage"]) == ("FAILED", INTERRUPTED)
        story.client("cognito-sync").bulk_publish(**pool)

    def test_a_bulk_publish_that_is_held_goes_on(self, story: RichState) -> None:
        state_manager.set_transition("cognitosync::bulk_publish", {"progression": "manual", "times": 2})
        try:
            backend = cognitosync_backends[ACCOUNT][REGION]
            content = backend.to_dict()
            content["pools"][story.pool_id]["bulk_publish"].update(completed=None)
            backend.load_dict(content)
            details = story.client("cognito-sync").get_bulk_publish_details
            assert details(IdentityPoolId=story.pool_id)["BulkPublishStatus"] == "IN_PROGRESS"
            restore(taken())
            assert details(IdentityPoolId=story.pool_id)["BulkPublishStatus"] == "SUCCEEDED"
        finally:
            state_manager.unset_transition("cognitosync::bulk_publish")

    def test_a_pool_of_plain_moto(self) -> None:
        """moto keeps None for what was not given."""
        with plain_mock_aws():
            identity = RichState().client("cognito-identity")
            identity.create_identity_pool(IdentityPoolName="plain", AllowUnauthenticatedIdentities=True)
            before = taken()
            restore(before)
            assert taken() == before

    def test_data_of_a_pool_that_is_gone_is_not_in_it(self, story: RichState) -> None:
        story.client("cognito-identity").delete_identity_pool(IdentityPoolId=story.pool_id)
        document = taken()
        assert story.pool_id not in json.dumps(document["cognito-sync"])
        restore(document)
        assert taken() == document


# ------------------------------------------------------------------------------------------ bad documents


def _sync(document: Any, story: Any) -> Any:
    return document["cognito-sync"][ACCOUNT][REGION]["IdentityPools"][story.pool_id]


def _save(document: Any, story: Any) -> Any:
    return _sync(document, story)["Identities"][story.guest]["Datasets"][0]


def _pool(document: Any) -> Any:
    return document["cognito-identity"][ACCOUNT][REGION]["IdentityPools"][0]


def _put(where: Callable[[Any, Any], Any], **members: Any) -> Any:
    return lambda document, story: where(document, story).update(members)


SAVE = "cognito-sync/123456789012/us-east-1/IdentityPools/{pool}/Identities/{guest}/Datasets/0"
POOL = "cognito-identity/123456789012/us-east-1/IdentityPools/0"
BAD: list[tuple[Any, str]] = [
    (lambda document, _: document.pop("version"), "the document: the member 'version' is missing"),
    (_put(lambda d, _: d, version=2), "version: expected 1, the version that this one reads, not 2"),
    (_put(lambda d, _: d, version=True), "version: expected 1, the version that this one reads, not True"),
    (_put(lambda d, _: d, cognitosync={}), "there is no member 'cognitosync': did you mean 'cognito-sync'?"),
    (_put(lambda d, _: d, **{"cognito-sync": []}), "cognito-sync: expected an object, not []"),
    (
        _put(lambda d, _: d["cognito-sync"], **{"210987654321": {"mars-1": {}}}),
        "cognito-sync/210987654321/mars-1: the member 'IdentityPools' is missing",
    ),
    (
        _put(lambda d, _: d["cognito-identity"], **{"1": {"mars-1": {"IdentityPools": [], "Credentials": []}}}),
        "cognito-identity/1: expected a region that has cognito-identity, not 'mars-1'",
    ),
    (
        lambda d, _: d["cognito-sync"].update({123456789012: {}}),
        "cognito-sync, name of an entry: expected an account's id as text, not 123456789012",
    ),
    (_put(_save, SyncCount="3"), f"{SAVE}/SyncCount: expected a whole number from 0, not '3'"),
    (_put(_save, SyncCount=True), f"{SAVE}/SyncCount: expected a whole number from 0, not True"),
    (_put(_save, SyncCount=-1), f"{SAVE}/SyncCount: expected a whole number from 0, not -1"),
    (_put(_save, SyncCount=1), f"{SAVE}: expected a SyncCount of 1 at most, but 'name' has more"),
    (_put(_save, DeletedSyncCount=9), f"{SAVE}: expected a DeletedSyncCount that is not above SyncCount"),
    (_put(_save, CreationDate=float("nan")), f"{SAVE}/CreationDate: expected a time in seconds since 1970, not nan"),
    (_put(_save, CreationDate=10**400), f"{SAVE}/CreationDate: expected a time in seconds since 1970, not 1000"),
    (_put(_save, DatasetExists=False), f"{SAVE}: expected no Records in what is left of a deleted dataset"),
    (_put(_save, Exists=True), f"{SAVE}: there is no member 'Exists': there are DatasetName, "),
    (
        lambda d, s: _save(d, s)["Records"].reverse(),
        f"{SAVE}: expected Records by SyncCount, then Key, but 'name' comes too late",
    ),
    (
        lambda d, s: _save(d, s)["Records"].append(_save(d, s)["Records"][0]),
        f"{SAVE}/Records/2: there is another entry for 'name' before it",
    ),
    (lambda d, s: _save(d, s)["Records"][0].update(Value=7), f"{SAVE}/Records/0/Value: expected text, not 7"),
    (lambda d, s: _save(d, s)["Records"][0].update(Key=""), f"{SAVE}/Records/0/Key: expected text that is not empty"),
    (_put(_sync, PushSync={"RoleArn": 1}), "/PushSync/RoleArn: expected text, not 1"),
    (
        _put(_sync, CognitoStreams={"StreamingStatus": "ON"}),
        "/CognitoStreams/StreamingStatus: expected 'ENABLED' or 'DISABLED', not 'ON'",
    ),
    (_put(_sync, Events={"Sync": "f"}), "/Events, name of an entry: expected 'SyncTrigger', not 'Sync'"),
    (
        lambda d, s: _sync(d, s)["Identities"].update(nobody=_sync(d, s)["Identities"][s.guest]),
        f"/Identities/nobody: expected the id of one of the pool's Identities in {POOL[:-2]}, not 'nobody'",
    ),
    (
        lambda d, _: d["cognito-identity"][ACCOUNT].pop(REGION),
        f"expected the id of a pool in {POOL[:-2]}, not 'us-east",
    ),
    (
        lambda d, _: d["cognito-sync"][ACCOUNT][REGION]["SyncSessions"].update(Secret="x y"),
        "/SyncSessions/Secret: expected hexadecimal digits, not 'x y'",
    ),
    (
        lambda d, _: _pool(d).update(AllowUnauthenticatedIdentities="yes"),
        f"{POOL}/AllowUnauthenticatedIdentities: expected true or false, not 'yes'",
    ),
    (lambda d, _: _pool(d).update(Identities={}), f"{POOL}/Identities: expected a list, not {{}}"),
    (
        lambda d, _: _pool(d)["Identities"][0]["Logins"].extend(
            [{"ProviderName": "login.game", "UserIdentifier": "ann"}] * 2
        ),
        f"{POOL}: the login 'ann' of 'login.game' is there twice",
    ),
    (
        lambda d, _: d["cognito-identity"][ACCOUNT][REGION]["IdentityPools"].append(_pool(d)),
        f"{POOL[:-1]}1: there is another entry for 'us-east-1:",
    ),
    (
        lambda d, _: d["cognito-identity"][ACCOUNT][REGION]["Credentials"].append("x" * 100),
        f"{POOL[:-15]}Credentials/1: expected an object, not '{'x' * 59}…",
    ),
]


@pytest.mark.parametrize(("change", "sentence"), BAD)
def test_a_bad_document_is_an_error_with_its_place_and_changes_nothing(
    story: RichState, change: Callable[[Any, Any], None], sentence: str
) -> None:
    before = taken()
    document = copy.deepcopy(before)
    change(document, story)
    expected = sentence.replace("{pool}", story.pool_id).replace("{guest}", story.guest)
    with pytest.raises(ValueError, match=re.escape(expected)):
        restore(document)
    assert taken() == before


@pytest.mark.parametrize("document", [None, [], "state", 1])
def test_what_is_no_object_is_no_document(document: Any) -> None:
    with mock_cognito_sync(), pytest.raises(ValueError, match="the document: expected an object, not "):
        restore(document)
