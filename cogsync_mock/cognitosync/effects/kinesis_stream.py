"""Cognito Streams: every change of a dataset, as a record on a Kinesis stream.

The form of the records is documented in the developer guide, but for the member ``datasetName``, which every consumer
reads in this spelling, and the dates, which were observed to be whole milliseconds.
"""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from cogsync_mock.cognitoidentity.credentials import well_formed_keys
from cogsync_mock.integrations import kinesis, s3

from .deliveries import DeliveryError, deliver

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from cogsync_mock.cognitosync.state.changes import Change
    from cogsync_mock.cognitosync.state.datasets import Record
    from cogsync_mock.cognitosync.state.pools import Pool

logger = logging.getLogger(__name__)

#: More than this goes to S3 (documented: Kinesis's maximum of 1 MB).
MAX_INLINE = 1024 * 1024
#: For how long its address is good, in seconds (chosen).
ADDRESS_LIFETIME = 24 * 3600
_STREAM_GONE = "ResourceNotFoundException"
# Names of buckets are one for all accounts: a test's own must not be in the way.
_OWNER = uuid4().hex[:8]


@dataclass(frozen=True, slots=True)
class PoolLocation:
    """Where a pool lives.

    Attributes:
        origin: scheme and host of the server that is asked, None in process.
    """

    account_id: str
    region: str
    origin: str | None


def put(
    pool: Pool,
    change: Change,
    place: PoolLocation,
    aside: Callable[[], AbstractContextManager[None]],
    stop_streaming: Callable[[str, str], None],
) -> str | None:
    """Put a change on the pool's stream, if it streams; turn streaming off if the stream is gone. Never raises.

    Args:
        pool: whose change it is.
        change: what happened.
        place: where the pool lives.
        aside: entered while functions that read the stream run.
        stop_streaming: turns streaming off, for a reason, if it is still to this stream.

    Returns:
        Why that failed, None if it did not.
    """
    if not pool.streams:
        return None
    name = pool.stream_name
    given: dict[str, Any] = {"StreamName": name, "PartitionKey": change.identity_id}

    def perform() -> dict[str, str]:
        encoded = base64.b64encode(given["Data"]).decode()
        try:
            sequence_number, shard_id = kinesis.put_record(
                place.account_id, place.region, name, change.identity_id, encoded, aside
            )
        except Exception as error:
            if kinesis.stream_exists(place.account_id, place.region, name):
                raise
            reason = f"Kinesis stream '{name}' not found" if name else "No Kinesis stream is configured"
            raise DeliveryError(_STREAM_GONE, reason) from error
        return {"ShardId": shard_id, "SequenceNumber": sequence_number}

    try:
        given["Data"] = _data(change, place)
        deliver("kinesis", "PutRecord", given, place.region, perform)
    except Exception as error:
        if getattr(error, "code", None) == _STREAM_GONE:
            logger.warning("streaming of %s is turned off: %s", pool.identity_pool_id, error)
            stop_streaming(str(error), name)
        else:
            # Whatever a consumer of the stream throws: the write stands, and the test can see it.
            logger.warning("a record on stream %s failed", name, exc_info=True)
        return str(error)
    return None


def _data(change: Change, place: PoolLocation) -> bytes:
    """Return the documented form of a change, as JSON."""
    records = [_record(written) for written in change.records] or None
    payload = {
        "identityPoolId": change.identity_pool_id,
        "identityId": change.identity_id,
        "datasetName": change.dataset_name,
        "operation": change.operation,
        "kinesisSyncRecords": records,
        "lastModifiedDate": _milliseconds(change.last_modified),
        "kinesisSyncRecordsURL": None,
        "payloadType": "Inline",
        "syncCount": change.sync_count,
    }
    data = _json(payload)
    if len(data) > MAX_INLINE:
        url = _keep(change, _json(records), place)
        data = _json({**payload, "kinesisSyncRecords": None, "kinesisSyncRecordsURL": url, "payloadType": "S3Url"})
    return data


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _record(written: Record) -> dict[str, Any]:
    # Consumers, AWS's own sample among them, rely on this date, which some clients never send.
    device_date = written.last_modified if written.device_last_modified is None else written.device_last_modified
    return {
        "key": written.key,
        "value": written.value,
        "syncCount": written.sync_count,
        "lastModifiedDate": _milliseconds(written.last_modified),
        "deviceLastModifiedDate": _milliseconds(device_date),
        "op": "remove" if written.value is None else "replace",
    }


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _keep(change: Change, content: bytes, place: PoolLocation) -> str:
    """Keep records in S3; return a presigned address of them, at the server that is asked or at S3's own host."""
    bucket = f"cognito-sync-streams-{place.region}-{_OWNER}"
    key = f"{change.identity_pool_id}/{change.identity_id}/{uuid4()}".replace(":", "-")

    def perform() -> dict[str, Any]:
        s3.keep_object(place.region, bucket, key, content)
        return {}

    deliver("s3", "PutObject", {"Bucket": bucket, "Key": key, "Body": content}, place.region, perform)
    host = f"{place.origin}/{bucket}" if place.origin else f"https://{bucket}.s3.{place.region}.amazonaws.com"
    request = AWSRequest("GET", f"{host}/{key}")
    S3SigV4QueryAuth(Credentials(*well_formed_keys()), "s3", place.region, ADDRESS_LIFETIME).add_auth(request)
    return str(request.url)
