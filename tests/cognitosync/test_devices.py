"""RegisterDevice, SubscribeToDataset, UnsubscribeFromDataset: for identity credentials only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from data import PUSH_SYNC
from test_datasets import refusal
from test_records import Data, put

if TYPE_CHECKING:
    from conftest import Door

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


class Phone:
    """One identity's device."""

    def __init__(self, door: Door, pool_id: str, identity_id: str) -> None:
        self.client = door.identity_client(identity_id)
        self.owner = {"IdentityPoolId": pool_id, "IdentityId": identity_id}
        self.data = Data(self.client, pool_id, identity_id)

    def register(self, token: str = "t", platform: str = "GCM") -> str:
        device_id: str = self.client.register_device(**self.owner, Platform=platform, Token=token)["DeviceId"]
        return device_id


@pytest.fixture
def phone(door: Door, client: Any, pool_id: str, identity_id: str) -> Phone:
    """A device of an identity in a pool with push sync for GCM and APNS, and a dataset ``save``."""
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
    phone = Phone(door, pool_id, identity_id)
    phone.data.update(put("a"))
    return phone


class TestRegister:
    def test_a_device_id_is_a_uuid_and_stays_with_the_token(self, door: Door, phone: Phone, pool_id: str) -> None:
        device_id = phone.register()
        assert re.fullmatch(UUID, device_id)
        assert phone.register() == device_id
        assert phone.register("other") != device_id
        assert phone.register(platform="APNS") != device_id
        assert Phone(door, pool_id, door.mock.create_identity(pool_id)).register() != device_id

    def test_no_push_sync(self, client: Any, phone: Phone, pool_id: str) -> None:
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync={})
        expected = (
            400,
            "InvalidConfigurationException",
            f"IdentityPool '{pool_id}' is not configured for push sync",
        )
        device = {**phone.data.where, "DeviceId": "any"}
        assert refusal(phone.client.register_device, **phone.owner, Platform="GCM", Token="t") == expected
        assert refusal(phone.client.subscribe_to_dataset, **device) == expected
        assert refusal(phone.client.unsubscribe_from_dataset, **device) == expected

    def test_no_application_of_the_platform(self, phone: Phone, pool_id: str) -> None:
        assert refusal(phone.client.register_device, **phone.owner, Platform="APNS_SANDBOX", Token="t") == (
            400,
            "InvalidConfigurationException",
            f"IdentityPool '{pool_id}' has no application of platform APNS_SANDBOX",
        )


class TestSubscribe:
    def test_there_and_back(self, door: Door, phone: Phone) -> None:
        where = {**phone.data.where, "DeviceId": phone.register()}
        phone.client.subscribe_to_dataset(**where)
        phone.client.subscribe_to_dataset(**where)
        phone.client.unsubscribe_from_dataset(**where)
        path = "/identitypools/{IdentityPoolId}/identities/{IdentityId}/datasets/{DatasetName}/subscriptions/{DeviceId}"
        assert refusal(phone.client.unsubscribe_from_dataset, **where) == (
            404,
            "ResourceNotFoundException",
            f"Device '{where['DeviceId']}' is not subscribed to Dataset 'save'",
        )
        # On the wire, success is an empty object.
        keys = phone.client._request_signer._credentials
        scope = f"{keys.access_key}/20261123/us-east-1/cognito-sync/aws4_request"
        headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}", "X-Amz-Security-Token": keys.token}
        answer = door.http("POST", path.format(**where), headers=headers)
        assert (answer.status, answer.body) == (200, b"{}")

    @pytest.mark.parametrize("name", ["subscribe_to_dataset", "unsubscribe_from_dataset"])
    def test_unknown_dataset_device_and_identity(self, phone: Phone, name: str, door: Door, pool_id: str) -> None:
        call, device_id = getattr(phone.client, name), phone.register()
        where = {**phone.data.where, "DeviceId": device_id}
        assert refusal(call, **{**where, "DatasetName": "none"}) == (
            404,
            "ResourceNotFoundException",
            "Dataset 'none' not found",
        )
        assert refusal(call, **{**where, "DeviceId": "none"}) == (
            404,
            "ResourceNotFoundException",
            "Device 'none' not found",
        )
        stranger = Phone(door, pool_id, door.mock.create_identity(pool_id))
        assert refusal(getattr(stranger.client, name), **where)[1] == "NotAuthorizedException"

    def test_deleting_the_dataset_ends_the_subscription(self, phone: Phone) -> None:
        where = {**phone.data.where, "DeviceId": phone.register()}
        phone.client.subscribe_to_dataset(**where)
        phone.client.delete_dataset(**phone.data.where)
        phone.data.update(put("a"))
        assert "is not subscribed" in refusal(phone.client.unsubscribe_from_dataset, **where)[2]


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("register_device", {"Platform": "GCM", "Token": "t"}),
        ("subscribe_to_dataset", {"DatasetName": "save", "DeviceId": "d"}),
        ("unsubscribe_from_dataset", {"DatasetName": "save", "DeviceId": "d"}),
    ],
)
def test_developer_credentials_are_refused(client: Any, pool_id: str, identity_id: str, name: str, more: Any) -> None:
    """The message was seen at AWS."""
    assert refusal(getattr(client, name), IdentityPoolId=pool_id, IdentityId=identity_id, **more) == (
        403,
        "NotAuthorizedException",
        "These credentials are not valid for accessing this resource",
    )


def test_an_identitys_key_stays_an_identitys(door: Door, identity_id: str) -> None:
    """In other regions, and after a reset."""
    elsewhere = door.mock.client(identity_id=identity_id, region_name="eu-west-1")
    here = door.identity_client(identity_id)
    assert refusal(elsewhere.list_identity_pool_usage)[1] == "NotAuthorizedException"
    door.mock.reset()
    assert refusal(here.list_identity_pool_usage)[1] == "NotAuthorizedException"


@pytest.mark.parametrize(
    "name",
    [
        "bulk_publish",
        "get_bulk_publish_details",
        "describe_identity_pool_usage",
        "get_cognito_events",
        "set_cognito_events",
        "list_identity_pool_usage",
    ],
)
def test_identity_credentials_are_refused_elsewhere(door: Door, pool_id: str, identity_id: str, name: str) -> None:
    parameters: dict[str, Any] = {} if name.startswith("list") else {"IdentityPoolId": pool_id}
    if name == "set_cognito_events":
        parameters["Events"] = {}
    assert refusal(getattr(door.identity_client(identity_id), name), **parameters)[1] == "NotAuthorizedException"
