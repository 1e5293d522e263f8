"""What a pool's configuration refers to and what does not exist (``verify_references``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cogsync_mock.integrations import iam, kinesis, sns

if TYPE_CHECKING:
    from collections.abc import Iterable


def missing_references(account_id: str, region: str, push_sync: Any, cognito_streams: Any) -> Iterable[str]:
    """Name what a pool's configuration refers to and what does not exist, one phrase each."""
    push_sync, cognito_streams = push_sync or {}, cognito_streams or {}
    for arn in push_sync.get("ApplicationArns", ()):
        if not sns.application_exists(account_id, region, arn):
            yield f"platform application {arn}"
    name = cognito_streams.get("StreamName")
    if name is not None and not kinesis.stream_exists(account_id, region, name):
        yield f"stream {name}"
    for arn in dict.fromkeys((push_sync.get("RoleArn"), cognito_streams.get("RoleArn"))):
        if arn is not None and not iam.role_exists(account_id, arn):
            yield f"role {arn}"
