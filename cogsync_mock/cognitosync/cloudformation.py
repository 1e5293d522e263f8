"""``AWS::Cognito::IdentityPool`` and ``AWS::Cognito::IdentityPoolRoleAttachment`` in moto's CloudFormation.

moto finds a resource type by its class, once this module has been imported. A stack leaves the same state as calls of
the API would, and refuses what those would refuse.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.core.common_models import CloudFormationModel

from . import jsonvalues, siblings
from .contract import operations
from .exceptions import CognitoSyncError
from .login import set_roles
from .models import cognitosync_backends
from .pools import SYNC_TRIGGER
from .settings import current
from .validation import validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    Properties = Mapping[str, Any]

# What the validation of the contract wants to see beside the properties.
_ANY_POOL = "us-east-1:0"


class _Resource:
    """What the resources of identity pools have in common; moto lists the direct children of its model only."""

    type_name: str
    name_property = ""
    #: what Fn::GetAtt knows (documented)
    attribute_names: tuple[str, ...] = ("Id",)

    def __init__(self, physical_resource_id: str, properties: Properties) -> None:
        self.physical_resource_id = physical_resource_id
        self.properties = dict(properties)

    @classmethod
    def cloudformation_type(cls) -> str:
        """Return the name of the resource type."""
        return cls.type_name

    @classmethod
    def cloudformation_name_type(cls) -> str:
        """Return the property that names it, empty if there is none."""
        return cls.name_property

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Tell whether Fn::GetAtt knows an attribute."""
        return attr in cls.attribute_names

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Return an attribute for Fn::GetAtt."""
        if not self.has_cfn_attr(attribute_name):
            raise siblings.no_such_attribute()
        return str(self.physical_resource_id if attribute_name == "Id" else self.properties[self.name_property])

    def is_created(self) -> bool:
        """Tell that it is there as soon as it was made."""
        return True


class IdentityPoolResource(_Resource, CloudFormationModel):
    """An identity pool of a stack, with its CognitoStreams, PushSync and CognitoEvents."""

    type_name = "AWS::Cognito::IdentityPool"
    name_property = "IdentityPoolName"
    attribute_names = ("Id", "Name")

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> IdentityPoolResource:
        """Make the pool and configure it, or neither."""
        properties = _properties(cloudformation_json, IdentityPoolName=resource_name)
        parts = _checked(properties)
        identity_pool_id = siblings.create_identity_pool(account_id, region_name, **_pool_parameters(properties))
        try:
            _configure(account_id, region_name, identity_pool_id, parts)
        except Exception:
            siblings.delete_identity_pool(account_id, region_name, identity_pool_id)
            raise
        return cls(identity_pool_id, properties)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: IdentityPoolResource,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> IdentityPoolResource:
        """Change the pool without replacing it; what a template no longer has is removed (documented)."""
        known = original_resource.properties["IdentityPoolName"]
        named = "IdentityPoolName" in (cloudformation_json.get("Properties") or {})
        properties = _properties(cloudformation_json, IdentityPoolName=new_resource_name if named else known)
        identity_pool_id = original_resource.physical_resource_id
        _configure(account_id, region_name, identity_pool_id, _checked(properties))
        siblings.update_identity_pool(account_id, region_name, identity_pool_id, **_pool_parameters(properties))
        return cls(identity_pool_id, properties)

    @classmethod
    def delete_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,  # noqa: ARG003  # moto's signature
        account_id: str,
        region_name: str,
    ) -> None:
        """Delete the pool, with all that Cognito Sync keeps of it."""
        siblings.delete_identity_pool(account_id, region_name, resource_name)


class IdentityPoolRoleAttachmentResource(_Resource, CloudFormationModel):
    """The roles of an identity pool."""

    type_name = "AWS::Cognito::IdentityPoolRoleAttachment"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,  # noqa: ARG003  # moto's signature
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> IdentityPoolRoleAttachmentResource:
        """Give a pool its roles."""
        properties = _properties(cloudformation_json)
        identity_pool_id = str(properties.get("IdentityPoolId"))
        pool = siblings.identity_pool(account_id, region_name, identity_pool_id)
        if pool is None:
            raise siblings.stack_error(f"IdentityPool '{identity_pool_id}' not found.")
        set_roles(pool, properties.get("Roles") or {}, properties.get("RoleMappings") or {})
        return cls(identity_pool_id, properties)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: IdentityPoolRoleAttachmentResource,  # noqa: ARG003  # moto's signature
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> IdentityPoolRoleAttachmentResource:
        """Give a pool other roles."""
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)

    @classmethod
    def delete_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,  # noqa: ARG003  # moto's signature
        account_id: str,
        region_name: str,
    ) -> None:
        """Take the roles away, if the pool is still there."""
        pool = siblings.identity_pool(account_id, region_name, resource_name)
        if pool is not None:
            set_roles(pool, {}, {})


def _properties(cloudformation_json: Any, **more: Any) -> dict[str, Any]:
    given = cloudformation_json.get("Properties") or {}
    return {**{name: value for name, value in given.items() if value is not None}, **more}


def _pool_parameters(properties: Properties) -> dict[str, Any]:
    """Return what cognito-identity keeps of a pool, as moto names it."""
    if "AllowUnauthenticatedIdentities" not in properties:
        raise siblings.stack_error(
            "Properties validation failed: required key [AllowUnauthenticatedIdentities] not found"
        )
    tags = properties.get("IdentityPoolTags") or {}
    return {
        "identity_pool_name": properties["IdentityPoolName"],
        "allow_unauthenticated_identities": str(properties["AllowUnauthenticatedIdentities"]).lower() == "true",
        "supported_login_providers": properties.get("SupportedLoginProviders") or {},
        "developer_provider_name": properties.get("DeveloperProviderName") or "",
        "open_id_connect_provider_arns": properties.get("OpenIdConnectProviderARNs") or [],
        "cognito_identity_providers": properties.get("CognitoIdentityProviders") or [],
        "saml_provider_arns": properties.get("SamlProviderARNs") or [],
        "tags": {tag["Key"]: tag["Value"] for tag in tags} if isinstance(tags, list) else tags,
    }


def _checked(properties: Properties) -> dict[str, Any]:
    """Return PushSync, CognitoStreams and Events of a pool, empty where the template has none.

    Raises:
        ValidationError: CloudFormation's, if the API would refuse them.
    """
    events = properties.get("CognitoEvents") or {}
    try:
        # The property is of type JSON, so it may come as text.
        events = json.loads(events) if isinstance(events, str) else events
        configuration = _parameters(
            "SetIdentityPoolConfiguration",
            PushSync=properties.get("PushSync") or {},
            CognitoStreams=properties.get("CognitoStreams") or {},
        )
        events = _parameters("SetCognitoEvents", Events=events)["Events"]
    except (ValueError, CognitoSyncError) as error:
        raise siblings.stack_error(str(error)) from error
    return {**configuration, "Events": events}


def _parameters(name: str, **given: Any) -> dict[str, Any]:
    operation = operations()[name]
    parameters: dict[str, Any] = jsonvalues.read(operation.input, {"IdentityPoolId": _ANY_POOL, **given})
    validate(operation, parameters)
    return parameters


def _configure(account_id: str, region: str, identity_pool_id: str, parts: dict[str, Any]) -> None:
    """Configure a pool as the API would.

    Raises:
        ValidationError: CloudFormation's, if the API would refuse it, or does not exist in the region.
    """
    if region not in cognitosync_backends[account_id].regions:
        if parts["PushSync"] or parts["CognitoStreams"] or parts["Events"]:
            raise siblings.stack_error(f"Amazon Cognito Sync does not exist in region {region}")
        return
    backend, verify = cognitosync_backends[account_id][region], current.settings.verify_references
    # A template has the whole truth: an event that it does not have is removed.
    events = {SYNC_TRIGGER: "", **parts["Events"]}
    try:
        backend.check_cognito_events(identity_pool_id, events, verify_references=verify)
        backend.set_identity_pool_configuration(
            identity_pool_id, parts["PushSync"], parts["CognitoStreams"], verify_references=verify
        )
        backend.set_cognito_events(identity_pool_id, events)
    except CognitoSyncError as error:
        raise siblings.stack_error(error.message) from error
