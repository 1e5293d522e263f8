"""Push sync: devices that are told, through SNS, of changes that others made.

Which members the notification has is documented in the developer guide; that all of them are text was observed in
AWS's client for Android, and that they stand under ``data`` in its client for iOS.
"""

from __future__ import annotations

import json
import logging
from functools import partial
from typing import TYPE_CHECKING

from cogsync_mock.integrations import sns

from .deliveries import DeliveryError, deliver

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cogsync_mock.cognitosync.state.changes import Change
    from cogsync_mock.cognitosync.state.identities import Device

logger = logging.getLogger(__name__)


def register(application: str, device: Device) -> None:
    """Make a platform endpoint for a device in an application of its platform. Never raises.

    A device whose application does not exist stays without one, unless another registration finds it.
    """
    given = {"PlatformApplicationArn": application, "Token": device.token}

    def perform() -> dict[str, str]:
        arn = sns.platform_endpoint(application, device.token)
        if arn is None:
            raise DeliveryError("NotFoundException", f"PlatformApplication '{application}' does not exist")
        device.endpoint_arn = arn
        return {"EndpointArn": arn}

    try:
        deliver("sns", "CreatePlatformEndpoint", given, sns.region_of(application), perform)
    except Exception:
        logger.warning("no platform endpoint for device %s", device.device_id, exc_info=True)


def send(devices: Iterable[Device], change: Change) -> None:
    """Tell devices of a change, silently; those whose endpoint is disabled or gone are skipped. Never raises."""
    for device in devices:
        message = _message(device.platform, change)
        given = {"TargetArn": device.endpoint_arn, "Message": message, "MessageStructure": "json"}
        try:
            deliver("sns", "Publish", given, sns.region_of(device.endpoint_arn), partial(_publish, device, message))
        except Exception:
            logger.warning("no push to device %s", device.device_id, exc_info=True)


def _publish(device: Device, message: str) -> dict[str, str]:
    message_id, error = sns.publish(device.endpoint_arn, message)
    if error is not None:
        raise DeliveryError(error, f"device {device.device_id} was skipped")
    return {"MessageId": message_id}


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
