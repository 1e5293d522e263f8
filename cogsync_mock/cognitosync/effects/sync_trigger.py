"""Cognito Events: the SyncTrigger event, and what the answer of its function means.

Both are documented in the developer guide: version 2 of the event with all records of the dataset, and an answer of the
same form, in which only the records may differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cogsync_mock.cognitosync.exceptions import InvalidLambdaFunctionOutputException
from cogsync_mock.cognitosync.wire.contract import operations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cogsync_mock.aws.shapes import Shape
    from cogsync_mock.cognitosync.state.datasets import Patch, Record
    from cogsync_mock.cognitosync.wire.tokens import DatasetKey

_RECORDS = "datasetRecords"
_BRIEF = 100
_NEVER = object()


def event(region: str, key: DatasetKey, stored: Sequence[Record], patches: Sequence[Patch]) -> Any:
    """Return the event of an update.

    Args:
        region: the pool's region.
        key: pool, identity and dataset.
        stored: all records of the dataset as they are; tombstones appear as null (observed).
        patches: what a client wants to change.
    """
    records: dict[str, Any] = {
        record.key: None
        if record.value is None
        else {"oldValue": record.value, "newValue": record.value, "op": "replace"}
        for record in stored
    }
    counts = {record.key: record.sync_count for record in stored}
    for patch in patches:
        if records.get(patch["Key"], _NEVER) is None and patch["SyncCount"] < counts[patch["Key"]]:
            # A removed record that is written with a stale count stays null (observed); it will be a conflict.
            continue
        old = records.get(patch["Key"])
        new = patch["Value"] if patch["Op"] == "replace" else None
        records[patch["Key"]] = {"oldValue": old and old["oldValue"], "newValue": new, "op": patch["Op"]}
    return {
        "version": 2,
        "eventType": "SyncTrigger",
        "region": region,
        "identityPoolId": key.identity_pool_id,
        "identityId": key.identity_id,
        "datasetName": key.dataset_name,
        _RECORDS: records,
    }


def patches_of(answer: Any, sent: dict[str, Any], stored: Sequence[Record], patches: Sequence[Patch]) -> list[Patch]:
    """Return the patches that an answer stands for.

    Records that it omits are left alone, the client's patches of them included; those that it changes, removes or adds
    beside the client's follow them.

    Args:
        answer: what the function returned.
        sent: the event it was called with.
        stored: all records of the dataset as they are.
        patches: what the client wants to change.

    Raises:
        InvalidLambdaFunctionOutputException: if it is not of the event's form, or changes anything but the records.
    """
    wanted = _records_of(answer, sent)
    known = {record.key: record for record in stored}
    asked = {patch["Key"]: patch for patch in patches}
    rewritten = [{**patch, **wanted[key]} for key, patch in asked.items() if key in wanted]
    for key, change in wanted.items():
        record = known.get(key)
        if key not in asked and change.get("Value") != (record and record.value):
            rewritten.append({"Key": key, "SyncCount": record.sync_count if record else 0, **change})
    return rewritten


def _records_of(answer: Any, sent: dict[str, Any]) -> dict[str, Patch]:
    """Return what an answer wants of each record: an Op, and a Value for ``replace``."""
    if not isinstance(answer, dict) or not isinstance(answer.get(_RECORDS), dict):
        raise _invalid(f"the function must return the event with its {_RECORDS}, not {_brief(answer)}")
    for name in {**sent, **answer}:
        if name != _RECORDS and (name not in sent or name not in answer or answer[name] != sent[name]):
            raise _invalid(f"the function may change {_RECORDS} only, but {name!r} is not as it was")
    members = operations()["UpdateRecords"].input.members["RecordPatches"].items.members
    return {
        _text(key, members["Key"]): _change(key, entry, members["Value"]) for key, entry in answer[_RECORDS].items()
    }


def _change(key: str, entry: Any, shape: Shape) -> Patch:
    if entry is None:
        return {"Op": "remove"}
    if not isinstance(entry, dict) or entry.get("op") not in ("replace", "remove"):
        raise _invalid(f"record {key!r} must have an op, 'replace' or 'remove': {_brief(entry)}")
    value = entry.get("newValue")
    if entry["op"] == "remove" or value is None:
        return {"Op": "remove"}
    return {"Op": "replace", "Value": _text(value, shape)}


def _text(given: Any, shape: Shape) -> str:
    """Return a text that is as long as its shape allows."""
    if not isinstance(given, str) or not (shape.minimum or 0) <= len(given) <= (shape.maximum or 0):
        limits = f"{shape.minimum or 0} to {shape.maximum} characters"
        raise _invalid(f"a {shape.name} is a text of {limits}, not {_brief(given)}")
    return given


def _invalid(why: str) -> InvalidLambdaFunctionOutputException:
    """Return the refusal; AWS says nothing of the reason, so only the test's own log gets it."""
    refusal = InvalidLambdaFunctionOutputException()
    refusal.__cause__ = ValueError(why)
    return refusal


def _brief(value: Any) -> str:
    printed = repr(value)
    return printed if len(printed) <= _BRIEF else f"{printed[:_BRIEF]}..."
