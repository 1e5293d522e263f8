"""moto's Kinesis: streams and records."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from .backends import backend_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

_putting = threading.Lock()


def stream_exists(account_id: str, region: str, name: str) -> bool:
    """Return whether Kinesis has a stream."""
    return name in backend_of("kinesis", account_id, region).streams


def put_record(
    account_id: str,
    region: str,
    stream: str,
    partition_key: str,
    data: str,
    aside: Callable[[], AbstractContextManager[None]],
) -> tuple[str, str]:
    """Put a record on a stream, as base64; return its sequence number and shard id.

    moto tells the functions that read the stream of it at once, with ``aside`` entered, and raises what they raise.
    """
    kinesis = backend_of("kinesis", account_id, region)
    found = kinesis.streams.get(stream)
    consumed = found is not None and found.lambda_event_source_mappings
    # moto's own is not safe for threads; but a function that it calls may put records itself.
    with aside() if consumed else _putting:
        sequence_number, shard_id = kinesis.put_record(
            stream_arn=None, stream_name=stream, partition_key=partition_key, explicit_hash_key=None, data=data
        )
    return str(sequence_number), str(shard_id)
