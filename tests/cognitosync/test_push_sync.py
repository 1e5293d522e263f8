"""Push sync: what other devices are told through SNS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from data import PUSH_SYNC
from moto.sns.models import sns_backends
from test_devices import Phone
from test_records import put

if TYPE_CHECKING:
    from conftest import Door

PLATFORMS = ["GCM", "ADM", "APNS", "APNS_SANDBOX"]


@pytest.fixture
def applications(door: Door, client: Any, pool_id: str) -> list[str]:
    """One application of each platform, in the pool's PushSync."""
    sns = door.client("sns")
    arns = [
        sns.create_platform_application(Name="game", Platform=platform, Attributes={})["PlatformApplicationArn"]
        for platform in PLATFORMS
    ]
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync={"ApplicationArns": arns})
    return arns


@pytest.fixture
def phone(door: Door, applications: list[str], pool_id: str, identity_id: str) -> Phone:
    """A user with a dataset ``save``, in a pool that serves all platforms."""
    assert len(applications) == len(PLATFORMS)
    phone = Phone(door, pool_id, identity_id)
    phone.data.update(put("first"))
    return phone


def subscribe(phone: Phone, token: str, platform: str = "GCM") -> str:
    device_id = phone.register(token, platform)
    phone.client.subscribe_to_dataset(**phone.data.where, DeviceId=device_id)
    return device_id


def pushed(region: str = "us-east-1") -> dict[str, list[Any]]:
    """Return the messages that SNS has for each endpoint, by its token, where moto's documentation says to look."""
    endpoints = sns_backends["123456789012"][region].platform_endpoints.values()
    return {endpoint.token: [json.loads(message) for message in endpoint.messages.values()] for endpoint in endpoints}


class TestRegister:
    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_a_device_is_an_endpoint_of_its_platforms_application(
        self, door: Door, phone: Phone, applications: list[str], platform: str
    ) -> None:
        phone.register("t", platform)
        found = {
            arn: door.client("sns").list_endpoints_by_platform_application(PlatformApplicationArn=arn)["Endpoints"]
            for arn in applications
        }
        ((arn, (endpoint,)),) = [(arn, endpoints) for arn, endpoints in found.items() if endpoints]
        assert arn == applications[PLATFORMS.index(platform)]
        assert (endpoint["Attributes"]["Token"], endpoint["Attributes"]["Enabled"]) == ("t", "true")
        call = door.mock.calls.deliveries[-1]
        assert (call.service, call.operation) == ("sns", "CreatePlatformEndpoint")
        assert (call.parameters["Token"], call.response) == ("t", {"EndpointArn": endpoint["EndpointArn"]})

    def test_a_token_has_one_endpoint(self, door: Door, phone: Phone, pool_id: str) -> None:
        """Also if another user takes over the device."""
        phone.register("t")
        phone.register("t")
        Phone(door, pool_id, door.mock.create_identity(pool_id)).register("t")
        assert list(pushed()) == ["t"]

    def test_an_application_that_does_not_exist(self, door: Door, client: Any, pool_id: str, identity_id: str) -> None:
        """The device is registered, as far as Cognito Sync is concerned; what failed is in the log."""
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
        phone = Phone(door, pool_id, identity_id)
        phone.data.update(put("a"))
        subscribe(phone, "t")
        call = door.mock.calls.deliveries[-1]
        assert (call.operation, call.error) == ("CreatePlatformEndpoint", "NotFoundException")
        assert call.message == f"PlatformApplication '{PUSH_SYNC['ApplicationArns'][0]}' does not exist"
        assert phone.data.update(put("b"))
        assert (door.mock.calls.deliveries[-1].operation, door.mock.calls.deliveries[-1].error) == (
            "Publish",
            "NotFoundException",
        )


class TestPush:
    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_the_other_device_is_told(self, phone: Phone, platform: str) -> None:
        """In the platform's own form, silently, with the documented members, all of them text."""
        writer, _ = subscribe(phone, "writer"), subscribe(phone, "other", platform)
        phone.data.update(put("a"), DeviceId=writer)
        messages = pushed()
        assert messages["writer"] == []
        (message,) = messages["other"]
        assert set(message) == {"default", platform}
        assert message["default"] == message[platform]
        notification = json.loads(message[platform])
        aps = {"aps": {"content-available": 1}} if platform.startswith("APNS") else {}
        assert notification == {
            "data": {
                "source": "cognito-sync",
                "identityPoolId": phone.owner["IdentityPoolId"],
                "identityId": phone.owner["IdentityId"],
                "datasetName": "save",
                "syncCount": "2",
            },
            **aps,
        }

    def test_without_a_device_id_all_are_told(self, phone: Phone, client: Any) -> None:
        subscribe(phone, "one")
        subscribe(phone, "two")
        phone.data.update(put("a"))
        # Developers' changes are told, too.
        phone.data.client = client
        phone.data.update(put("b"))
        assert {token: len(messages) for token, messages in pushed().items()} == {"one": 2, "two": 2}

    def test_only_subscribers_of_the_dataset(self, door: Door, phone: Phone, pool_id: str) -> None:
        phone.register("registered")
        device_id = subscribe(phone, "unsubscribed")
        phone.client.unsubscribe_from_dataset(**phone.data.where, DeviceId=device_id)
        subscribe(phone, "subscribed")
        stranger = Phone(door, pool_id, door.mock.create_identity(pool_id))
        stranger.data.update(put("a"))
        subscribe(stranger, "stranger's")
        phone.data.update(put("a"))
        counts = {token: len(messages) for token, messages in pushed().items()}
        assert counts == {"registered": 0, "unsubscribed": 0, "subscribed": 1, "stranger's": 0}

    def test_what_is_refused_is_not_told(self, phone: Phone) -> None:
        subscribe(phone, "t")
        assert phone.data.refused(put("first"))[0] == 409
        phone.data.update()
        assert pushed() == {"t": []}

    def test_disabled_and_deleted_endpoints_are_skipped(self, door: Door, phone: Phone) -> None:
        for token in ("disabled", "deleted", "well"):
            subscribe(phone, token)
        sns = door.client("sns")
        arns = {call.parameters["Token"]: call.response["EndpointArn"] for call in door.mock.calls.deliveries}
        sns.set_endpoint_attributes(EndpointArn=arns["disabled"], Attributes={"Enabled": "false"})
        sns.delete_endpoint(EndpointArn=arns["deleted"])
        door.mock.calls.clear()
        assert phone.data.update(put("a"))
        assert {token: len(messages) for token, messages in pushed().items()} == {
            "disabled": 0,
            "well": 1,
        }
        assert [(call.parameters["TargetArn"], call.error) for call in door.mock.calls.of("Publish")] == [
            (arns["disabled"], "EndpointDisabledException"),
            (arns["deleted"], "NotFoundException"),
            (arns["well"], None),
        ]
        # Enabled again, it is told again; a device that registers again gets an endpoint again.
        sns.set_endpoint_attributes(EndpointArn=arns["disabled"], Attributes={"Enabled": "true"})
        subscribe(phone, "deleted")
        phone.data.update(put("b"))
        counts = {token: len(messages) for token, messages in pushed().items()}
        assert counts == {"disabled": 1, "deleted": 1, "well": 2}

    def test_sns_failing_is_seen_in_the_log_only(
        self, door: Door, phone: Phone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: Any) -> Any:
            raise OSError("no")

        monkeypatch.setattr("cogsync_mock.integrations.sns.publish", fail)
        monkeypatch.setattr("cogsync_mock.integrations.sns.platform_endpoint", fail)
        subscribe(phone, "t")
        assert phone.data.update(put("a"))[0]["SyncCount"] == 2
        assert [(call.operation, call.error, call.message) for call in door.mock.calls.deliveries] == [
            ("CreatePlatformEndpoint", "OSError", "no"),
            ("Publish", "OSError", "no"),
        ]

    def test_motos_inspection_shows_the_messages(self, door: Door, phone: Phone) -> None:
        """A program in another process reads them there."""
        subscribe(phone, "t")
        phone.data.update(put("a"))
        base = door.endpoint_url or "http://motoapi.amazonaws.com"
        shown = requests.get(f"{base}/moto-api/data.json", timeout=10).json()["sns"]["PlatformEndpoint"]
        assert [[json.loads(m) for m in endpoint["messages"].values()] for endpoint in shown] == [pushed()["t"]]

    def test_deleting_the_dataset_tells_nobody(self, phone: Phone) -> None:
        subscribe(phone, "t")
        phone.client.delete_dataset(**phone.data.where)
        phone.data.update(put("a"))
        assert pushed() == {"t": []}
