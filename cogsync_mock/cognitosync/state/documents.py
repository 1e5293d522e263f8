"""What a document of the state has for one region of Cognito Sync, in the names of AWS where it has some."""

from __future__ import annotations

from typing import Any

from cogsync_mock.aws.documents import (
    COUNT,
    FLAG,
    HEX,
    NAME,
    NUMBER,
    TEXT,
    TIME,
    Entries,
    Items,
    Member,
    Members,
    one_of,
)

from .pools import SYNC_TRIGGER


def _check_dataset(dataset: dict[str, Any]) -> None:
    """Refuse records that no dataset can have: its order is what finding changes rests on."""
    before = (0, "")
    highest = max(dataset["sync_count"], dataset["highest"])
    for record in dataset["records"]:
        place = (record["sync_count"], record["key"])
        if place <= before:
            raise ValueError(f"expected Records by SyncCount, then Key, but {record['key']!r} comes too late")
        if record["sync_count"] > highest:
            raise ValueError(f"expected a SyncCount of {highest} at most, but {record['key']!r} has more")
        before = place
    if dataset["records"] and not dataset["exists"]:
        raise ValueError("expected no Records in what is left of a deleted dataset")
    if dataset["deleted_count"] > dataset["sync_count"]:
        raise ValueError("expected a DeletedSyncCount that is not above SyncCount")


def _delivered(publish: dict[str, Any]) -> None:
    """What is under way is not in a document, see `settled`."""
    publish["is_delivered"] = True


_RECORD = Members(
    {
        "Key": Member(NAME, "key"),
        "Value": Member(TEXT, "value", is_optional=True),
        "SyncCount": Member(COUNT, "sync_count"),
        "LastModifiedDate": Member(TIME, "last_modified"),
        "LastModifiedBy": Member(TEXT, "last_modified_by"),
        # A client may say what it likes.
        "DeviceLastModifiedDate": Member(NUMBER, "device_last_modified", is_optional=True),
    }
)
_DATASET = Members(
    {
        "DatasetName": Member(NAME, "name"),
        "DatasetExists": Member(FLAG, "exists"),
        "MergedWith": Member(TEXT, "merged_with", is_optional=True),
        "SyncCount": Member(COUNT, "sync_count"),
        "HighestSyncCount": Member(COUNT, "highest"),
        "DeletedSyncCount": Member(COUNT, "deleted_count"),
        "CreationDate": Member(TIME, "created"),
        "LastModifiedDate": Member(TIME, "last_modified"),
        "LastModifiedBy": Member(TEXT, "last_modified_by", is_optional=True),
        "Records": Member(Items(_RECORD, "key"), "records"),
    },
    check=_check_dataset,
)
_DEVICE = Members(
    {
        "DeviceId": Member(NAME, "device_id"),
        "Platform": Member(NAME, "platform"),
        "Token": Member(TEXT, "token"),
        "EndpointArn": Member(TEXT, "endpoint_arn", is_optional=True),
        "Subscriptions": Member(Items(NAME), "subscriptions"),
    }
)
_IDENTITY = Members(
    {
        "LastModifiedDate": Member(TIME, "last_modified", is_optional=True),
        "Datasets": Member(Items(_DATASET, "name"), "datasets"),
        "Devices": Member(Items(_DEVICE, "device_id"), "devices"),
    }
)
_PUSH_SYNC = Members(
    {
        "ApplicationArns": Member(Items(TEXT), is_optional=True),
        "RoleArn": Member(TEXT, is_optional=True),
    },
    keeps_absent=True,
)
_STREAMS = Members(
    {
        "StreamName": Member(TEXT, is_optional=True),
        "RoleArn": Member(TEXT, is_optional=True),
        "StreamingStatus": Member(one_of("ENABLED", "DISABLED"), is_optional=True),
        "DisabledReason": Member(TEXT, is_optional=True),
    },
    keeps_absent=True,
)
_BULK_PUBLISH = Members(
    {
        "BulkPublishStartTime": Member(TIME, "started"),
        "BulkPublishCompleteTime": Member(TIME, "completed", is_optional=True),
        "FailureMessage": Member(NAME, "failure", is_optional=True),
        "Looks": Member(COUNT, "looks"),
    },
    check=_delivered,
)
_POOL = Members(
    {
        "LastModifiedDate": Member(TIME, "last_modified"),
        "SyncSessionsCount": Member(COUNT, "sync_sessions", is_optional=True),
        "PushSync": Member(_PUSH_SYNC, "push_sync", is_optional=True),
        "CognitoStreams": Member(_STREAMS, "cognito_streams", is_optional=True),
        "HasStreamed": Member(FLAG, "has_streamed"),
        "Events": Member(Entries(NAME, one_of(SYNC_TRIGGER)), "events"),
        "BulkPublish": Member(_BULK_PUBLISH, "bulk_publish", is_optional=True),
        "Identities": Member(Entries(_IDENTITY), "identities"),
    }
)
_SESSIONS = Members({"Secret": Member(HEX, "secret"), "Spent": Member(Entries(TIME, HEX), "spent")})

#: Of the region: its pools by id, and the sync sessions, whose tokens stay good.
REGION = Members(
    {
        "IdentityPools": Member(Entries(_POOL), "pools"),
        "SyncSessions": Member(_SESSIONS, "sessions"),
    }
)

#: Why a bulk publish failed that was under way when the state was taken.
INTERRUPTED = "The bulk publish was interrupted"


def settled(pool: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a pool, as `Pool.to_dict` gives it, with nothing under way.

    What is still to be delivered is not in a document, so a bulk publish that waits for it would never end.
    """
    publish = pool["bulk_publish"]
    if publish is None or publish["is_delivered"] or publish["failure"] is not None:
        return pool
    return {**pool, "bulk_publish": {**publish, "failure": INTERRUPTED}}
