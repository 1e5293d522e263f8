"""All dataset operations against a model of a few dozen lines: whatever the order, the two never differ."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cogsync_mock import mock_cognito_sync
from cogsync_mock.aws.errors import AWSError
from cogsync_mock.cognitosync.models import CognitoSyncBackend, cognitosync_backends

# 10,000 steps.
EXAMPLES, STEPS = 200, 50

KEYS = st.sampled_from("abc")
NAMES = st.sampled_from(["one", "two", "three"])
COUNTS = st.integers(-1, 12)
PATCHES = st.lists(
    st.tuples(st.sampled_from(["replace", "remove"]), KEYS, st.text(max_size=3), COUNTS),
    max_size=3,
    unique_by=lambda p: p[1],
)


class Model:
    """What Cognito Sync is, in short: per dataset a count, the count of its last deletion, and its records."""

    def __init__(self) -> None:
        self.datasets: dict[str, dict[str, Any]] = {}

    def update(self, name: str, patches: list[tuple[str, str, str, int]]) -> str:
        old = self.datasets.get(name, {"count": 0, "deleted": 0, "exists": False, "records": {}})
        if any(count > old["count"] for *_, count in patches):
            return "InvalidParameterException"
        if any(count < old["records"].get(key, (None, 0))[1] for _, key, _, count in patches):
            return "ResourceConflictException"
        if patches:
            count = old["count"] + 1
            written = {key: (value if op == "replace" else None, count) for op, key, value, _ in patches}
            self.datasets[name] = {**old, "count": count, "exists": True, "records": {**old["records"], **written}}
        return "written"

    def delete(self, name: str) -> str:
        old = self.datasets.get(name)
        if old is None or not old["exists"]:
            return "ResourceNotFoundException"
        count = old["count"] + 1
        self.datasets[name] = {"count": count, "deleted": count, "exists": False, "records": {}}
        return "deleted"

    def list(self, name: str, last: int) -> Any:
        dataset = self.datasets.get(name, {"count": 0, "deleted": 0, "exists": False, "records": {}})
        if dataset["exists"] and last > dataset["count"]:
            return "InvalidParameterException"
        later = [(count, key, value) for key, (value, count) in dataset["records"].items() if count > last]
        return (
            dataset["count"],
            dataset["exists"],
            0 < last < dataset["deleted"],
            sorted(later, key=lambda r: r[:2]),
        )

    def storage(self) -> int:
        values = [(k, v) for d in self.datasets.values() for k, (v, _) in d["records"].items() if v is not None]
        return sum(len(key.encode()) + len(value.encode()) for key, value in values)

    def names(self) -> list[str]:
        return sorted(name for name, dataset in self.datasets.items() if dataset["exists"])


class Comparison(RuleBasedStateMachine):
    """Does the same to the backend and to the model."""

    backend: CognitoSyncBackend
    who: tuple[str, str]

    @initialize()
    def begin(self) -> None:
        self.model = Model()
        self.who = new_identity()
        self.backend = cognitosync_backends["123456789012"]["us-east-1"]
        self.tokens: dict[str, str] = {}

    def ask(self, name: str, last: int = 0, **more: Any) -> Any:
        options = {"next_token": None, "max_results": None, "sync_session_token": None, **more}
        return self.backend.list_records(*self.who, name, last_sync_count=last, **options)

    @rule(name=NAMES, patches=PATCHES, keep_token=st.booleans())
    def update(self, name: str, patches: list[tuple[str, str, str, int]], keep_token: bool) -> None:  # noqa: FBT001
        token = self.tokens.pop(name, None) or self.ask(name)["SyncSessionToken"]
        given = [
            {"Op": op, "Key": key, "SyncCount": count, **({"Value": value} if op == "replace" else {})}
            for op, key, value, count in patches
        ]
        try:
            written = self.backend.update_records(*self.who, name, given, sync_session_token=token, author="me")
            outcome = "written"
            assert [record["Key"] for record in written["Records"]] == [patch["Key"] for patch in given]
        except AWSError as error:
            outcome = error.code
            if keep_token:
                self.tokens[name] = token
        assert outcome == self.model.update(name, patches)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        try:
            self.backend.delete_dataset(*self.who, name, author="me")
            outcome = "deleted"
        except AWSError as error:
            outcome = error.code
        assert outcome == self.model.delete(name)

    @rule(name=NAMES, last=COUNTS, size=st.integers(1, 3))
    def list_in_pages(self, name: str, last: int, size: int) -> None:
        expected = self.model.list(name, last)
        outcome: Any
        records: list[Any] = []
        next_token = None
        while True:
            try:
                answer = self.ask(name, last, next_token=next_token, max_results=size)
            except AWSError as error:
                outcome = error.code
                break
            records += [(record["SyncCount"], record["Key"], record["Value"]) for record in answer["Records"]]
            next_token = answer.get("NextToken")
            if next_token is None:
                flags = answer["DatasetSyncCount"], answer["DatasetExists"]
                outcome = *flags, answer["DatasetDeletedAfterRequestedSyncCount"], records
                assert answer["Count"] == len(records)
                break
        assert outcome == expected

    @invariant()
    def totals_agree(self) -> None:
        usage = self.backend.describe_identity_usage(*self.who)["IdentityUsage"]
        assert (usage["DataStorage"], usage["DatasetCount"]) == (self.model.storage(), len(self.model.names()))
        listed = self.backend.list_datasets(*self.who, next_token=None, max_results=None)["Datasets"]
        assert [dataset["DatasetName"] for dataset in listed] == self.model.names()
        assert sum(dataset["DataStorage"] for dataset in listed) == self.model.storage()


def new_identity() -> tuple[str, str]:
    with mock_cognito_sync() as mock:
        pool_id = mock.create_identity_pool()
        return pool_id, mock.create_identity(pool_id)


@pytest.mark.usefixtures("cognito_sync_mock")
def test_the_backend_is_what_the_model_says() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Comparison,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
