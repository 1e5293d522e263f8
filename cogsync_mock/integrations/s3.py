"""moto's S3: objects that Cognito Sync itself keeps."""

from __future__ import annotations

import threading

from .backends import PARTITION, backend_of

#: Who owns what Cognito Sync itself keeps in S3: not a test's account, which would list it as its own.
_COGNITO_SYNC_ACCOUNT = "000000000000"
_creating = threading.Lock()


def keep_object(region: str, bucket: str, key: str, content: bytes) -> None:
    """Put an object into a bucket of Cognito Sync's own, which is made if need be."""
    s3 = backend_of("s3", _COGNITO_SYNC_ACCOUNT, PARTITION)
    with _creating:
        if bucket not in s3.buckets:
            s3.create_bucket(bucket, region)
    s3.put_object(bucket, key, content)
