"""Cognito Streams: every change of a dataset, as a record on a Kinesis stream.

The form of the records is documented in the developer guide, but for the member ``datasetName``, which every consumer
reads in this spelling, and the dates, which were observed to be whole milliseconds.
"""

from __future__ import annotations

import base64
import json
import logging
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from . import siblings
from .calls import Call, record
from .identity import well_formed_keys

if TYPE_CHECKING:
    from .changes import Change
    from .datasets import Record
    from .pools import Pool

logger = logging.getLogger(__name__)

#: More than this goes to S3 (documented: Kinesis's maximum of 1 MB).
MAX_INLINE = 1024 * 1024
#: For how long its address is good, in seconds (chosen).
ADDRESS_LIFETIME = 24 * 3600


def put(pool: Pool, change: Change, account_id: str, region: str, origin: str | None) -> None:
    """Put a change on the pool's stream, if it streams; turn streaming off if the stream is gone. Never raises.

    Args:
        pool: whose change it is.
        change: what happened.
        account_id: the pool's account.
        region: the pool's region.
        origin: scheme and host of the server that is asked, None in process.
    """
    if not pool.streams:
        return
    name = (pool.cognito_streams or {}).get("StreamName", "")
    try:
        if not siblings.stream_exists(account_id, region, name):
            reason = pool.lose_stream(name)
            called = {"StreamName": name, "PartitionKey": change.identity_id}
            record(Call("kinesis", "PutRecord", called, error="ResourceNotFoundException", message=reason))
            return
        data = json.dumps(_payload(change, region, origin), ensure_ascii=False).encode("utf-8", "surrogatepass")
        called = {"StreamName": name, "PartitionKey": change.identity_id, "Data": data}
        encoded = base64.b64encode(data).decode()
        sequence_number, shard_id = siblings.put_record(account_id, region, name, change.identity_id, encoded)
    except Exception as error:
        # Whatever a consumer of the stream throws: the write stands, and the test can see it.
        logger.warning("a record on stream %s failed", name, exc_info=True)
        called = {"StreamName": name, "PartitionKey": change.identity_id}
        record(Call("kinesis", "PutRecord", called, error=type(error).__name__, message=str(error)))
    else:
        answer = {"ShardId": shard_id, "SequenceNumber": sequence_number}
        record(Call("kinesis", "PutRecord", called, answer))


def _payload(change: Change, region: str, origin: str | None) -> dict[str, Any]:
    """Return the documented form of a change."""
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
    if _size(payload) > MAX_INLINE:
        payload["kinesisSyncRecordsURL"] = _keep(change, records, region, origin)
        payload["kinesisSyncRecords"] = None
        payload["payloadType"] = "S3Url"
    return payload


def _record(written: Record) -> dict[str, Any]:
    device_date = written.device_last_modified
    return {
        "key": written.key,
        "value": written.value,
        "syncCount": written.sync_count,
        "lastModifiedDate": _milliseconds(written.last_modified),
        "deviceLastModifiedDate": None if device_date is None else _milliseconds(device_date),
        "op": "remove" if written.value is None else "replace",
    }


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _size(payload: Any) -> int:
    return len(json.dumps(payload, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _keep(change: Change, records: Any, region: str, origin: str | None) -> str:
    """Keep records in S3; return a presigned address of them, at the server that is asked or at S3's own host."""
    content = json.dumps(records, ensure_ascii=False).encode("utf-8", "surrogatepass")
    bucket, key = f"cognito-sync-streams-{region}", f"{change.identity_pool_id}/{change.identity_id}/{uuid4()}"
    key = key.replace(":", "-")
    siblings.keep_object(region, bucket, key, content)
    record(Call("s3", "PutObject", {"Bucket": bucket, "Key": key, "Body": content}, {}))
    address = f"{origin}/{bucket}/{key}" if origin else f"https://{bucket}.s3.{region}.amazonaws.com/{key}"
    request = AWSRequest("GET", address)
    S3SigV4QueryAuth(Credentials(*well_formed_keys()), "s3", region, ADDRESS_LIFETIME).add_auth(request)
    return str(request.url)
