"""Push sync: devices that are told, through SNS, of changes that others made.

Which members the notification has is documented in the developer guide; that all of them are text was observed in
AWS's client for Android, and that they stand under ``data`` in its client for iOS.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from cogsync_mock.aws.calls import Call, record
from cogsync_mock.integrations import sns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cogsync_mock.cognitosync.state.changes import Change
    from cogsync_mock.cognitosync.state.identities import Device

logger = logging.getLogger(__name__)


def register(application: str, device: Device) -> None:
    """Make a platform endpoint for a device in an application of its platform. Never raises.

    A device whose application does not exist stays without one, unless another registration finds it.
    """
    called = {"PlatformApplicationArn": application, "Token": device.token}
    try:
        arn = sns.platform_endpoint(application, device.token)
    except Exception as error:
        logger.warning("no platform endpoint for device %s", device.device_id, exc_info=True)
        record(Call("sns", "CreatePlatformEndpoint", called, error=type(error).__name__, message=str(error)))
        return
    if arn is None:
        message = f"PlatformApplication '{application}' does not exist"
        record(Call("sns", "CreatePlatformEndpoint", called, error="NotFoundException", message=message))
        return
    device.endpoint_arn = arn
    record(Call("sns", "CreatePlatformEndpoint", called, {"EndpointArn": arn}))


def send(devices: Iterable[Device], change: Change) -> None:
    """Tell devices of a change, silently; those whose endpoint is disabled or gone are skipped. Never raises."""
    for device in devices:
        message = _message(device.platform, change)
        called = {"TargetArn": device.endpoint_arn, "Message": message, "MessageStructure": "json"}
        try:
            message_id, refused = sns.publish(device.endpoint_arn, message)
        except Exception as error:
            logger.warning("no push to device %s", device.device_id, exc_info=True)
            record(Call("sns", "Publish", called, error=type(error).__name__, message=str(error)))
            continue
        if refused is None:
            record(Call("sns", "Publish", called, {"MessageId": message_id}))
        else:
            record(Call("sns", "Publish", called, error=refused, message=f"device {device.device_id} was skipped"))


def _message(platform: str, change: Change) -> str:
    """Return SNS's message with the platform's own notification in it."""
    data = {
        "source": "cognito-sync",
        "identityPoolId": change.identity_pool_id,
        "identityId": change.identity_id,
        "datasetName": change.dataset_name,
        "syncCount": str(change.sync_count),
    }
    silent = {"aps": {"content-available": 1}} if platform.startswith("APNS") else {}
    notification = json.dumps({**silent, "data": data})
    return json.dumps({"default": notification, platform: notification})
