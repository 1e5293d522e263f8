"""``AWS::Cognito::IdentityPool`` and ``AWS::Cognito::IdentityPoolRoleAttachment`` in moto's CloudFormation.

A stack leaves the same state as calls of the API would, and refuses what those would refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cogsync_mock.aws import values as jsonvalues
from cogsync_mock.aws.errors import AWSError
from cogsync_mock.aws.shapes import input_of
from cogsync_mock.cognitoidentity import pools
from cogsync_mock.cognitoidentity.roles import set_roles
from cogsync_mock.integrations import cognitoidentity
from cogsync_mock.integrations.moto_api import random_uuid
from cogsync_mock.integrations.stack_resources import StackResource, accepted_values, properties_of, stack_error

from .models import cognitosync_backends
from .settings import current
from .state.pools import SYNC_TRIGGER
from .wire.contract import operations

if TYPE_CHECKING:
    from collections.abc import Mapping

    Properties = Mapping[str, Any]

# What Cognito Sync keeps of a pool.
_PARTS = ("PushSync", "CognitoStreams", "CognitoEvents")
# What the validation of the contract wants to see beside the properties.
_ANY_POOL = "us-east-1:0"


class IdentityPoolResource(StackResource):
    """An identity pool of a stack, with its CognitoStreams, PushSync and CognitoEvents."""

    type_name = "AWS::Cognito::IdentityPool"
    name_property = "IdentityPoolName"
    attribute_names = ("Id", "Name")

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> IdentityPoolResource:
        """Make the pool and configure it, or neither."""
        properties = {"IdentityPoolName": resource_name, **properties_of(cls, cloudformation_json)}
        parameters, parts = _pool_parameters(properties), _parts(properties)
        motos = pools.motos_parameters(parameters)
        identity_pool_id = cognitoidentity.create_identity_pool(account_id, region_name, **motos)
        _set_classic_flow(account_id, region_name, identity_pool_id, parameters)
        try:
            _configure(account_id, region_name, identity_pool_id, parts)
        except Exception:
            cognitoidentity.delete_identity_pool(account_id, region_name, identity_pool_id)
            raise
        return cls(identity_pool_id, properties)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: IdentityPoolResource,
        new_resource_name: str,  # noqa: ARG003  # moto's signature; it makes a new name where the template has none
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> IdentityPoolResource:
        """Change the pool without replacing it; what a template no longer has is removed (documented)."""
        known = original_resource.properties["IdentityPoolName"]
        properties = {"IdentityPoolName": known, **properties_of(cls, cloudformation_json)}
        parameters, parts = _pool_parameters(properties), _parts(properties)
        identity_pool_id = original_resource.physical_resource_id
        _require_pool(account_id, region_name, identity_pool_id)
        _configure(account_id, region_name, identity_pool_id, parts)
        motos = pools.motos_parameters(parameters)
        cognitoidentity.update_identity_pool(account_id, region_name, identity_pool_id, **motos)
        _set_classic_flow(account_id, region_name, identity_pool_id, parameters)
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
        cognitoidentity.delete_identity_pool(account_id, region_name, resource_name)


class IdentityPoolRoleAttachmentResource(StackResource):
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
        properties = properties_of(cls, cloudformation_json)
        pool, roles, mappings = _roles(properties, account_id, region_name)
        try:
            set_roles(cognitoidentity.PoolLocation(account_id, region_name, pool), roles, mappings)
        except AWSError as error:
            raise stack_error(error.message) from error
        # As AWS makes them: the attachment has an id of its own.
        return cls(f"IdentityPoolRoleAttachment-{random_uuid()[-12:]}", properties)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: IdentityPoolRoleAttachmentResource,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> IdentityPoolRoleAttachmentResource:
        """Give a pool other roles, or another pool the roles."""
        made = cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)
        if made.properties["IdentityPoolId"] != original_resource.properties["IdentityPoolId"]:
            original_resource.delete(account_id, region_name)
        return made

    def delete(self, account_id: str, region_name: str) -> None:
        """Take the roles away, if the pool is still there."""
        pool = cognitoidentity.identity_pool(account_id, region_name, self.properties["IdentityPoolId"])
        if pool is not None:
            set_roles(cognitoidentity.PoolLocation(account_id, region_name, pool), {}, {})


#: By name; where ``integrations.cloudformation`` looks for them.
RESOURCE_TYPES = {
    resource.type_name: resource for resource in (IdentityPoolResource, IdentityPoolRoleAttachmentResource)
}


def _require_pool(account_id: str, region: str, identity_pool_id: str) -> Any:
    pool = cognitoidentity.identity_pool(account_id, region, identity_pool_id)
    if pool is None:
        raise stack_error(f"IdentityPool '{identity_pool_id}' not found.")
    return pool


def _pool_parameters(properties: Properties) -> dict[str, Any]:
    """Return the parameters of CreateIdentityPool.

    Raises:
        ValidationError: CloudFormation's, if CreateIdentityPool would refuse it.
    """
    given = {name: value for name, value in properties.items() if name not in _PARTS}
    if "AllowUnauthenticatedIdentities" not in given:
        missing = "required key [AllowUnauthenticatedIdentities] not found"
        raise stack_error(f"Properties validation failed: {missing}")
    tags = given.get("IdentityPoolTags")
    if isinstance(tags, list) and all(_is_tag(tag) for tag in tags):
        given["IdentityPoolTags"] = {tag["Key"]: tag["Value"] for tag in tags}
    return accepted_values(input_of("cognito-identity", "CreateIdentityPool"), given)


def _set_classic_flow(account_id: str, region: str, identity_pool_id: str, parameters: Properties) -> None:
    pool = cognitoidentity.identity_pool(account_id, region, identity_pool_id)
    location = cognitoidentity.PoolLocation(account_id, region, pool)
    pools.set_classic_flow(location, is_allowed=parameters.get("AllowClassicFlow"))


def _is_tag(tag: Any) -> bool:
    return isinstance(tag, dict) and {"Key", "Value"} == set(tag) and isinstance(tag["Key"], str)


def _parts(properties: Properties) -> dict[str, Any]:
    """Return PushSync, CognitoStreams and Events of a pool, empty where the template has none.

    Raises:
        ValidationError: CloudFormation's, if the API would refuse them.
    """
    given = {name: properties.get(name, {}) for name in _PARTS}
    events = given.pop("CognitoEvents")
    if isinstance(events, str):
        # The property is of type JSON, so it may come as text.
        try:
            events = jsonvalues.loads(events.encode("utf-8", "replace"))
        except AWSError as error:
            raise stack_error(f"CognitoEvents is not JSON: {error.message}") from error
    pool = {"IdentityPoolId": _ANY_POOL}
    return {
        **accepted_values(operations()["SetIdentityPoolConfiguration"].input, {**pool, **given}),
        **accepted_values(operations()["SetCognitoEvents"].input, {**pool, "Events": events}),
    }


def _roles(properties: Properties, account_id: str, region: str) -> tuple[Any, dict[str, str], dict[str, Any]]:
    """Return the pool, its roles and its role mappings.

    Raises:
        ValidationError: CloudFormation's, if SetIdentityPoolRoles would refuse them.
    """
    mappings = properties.get("RoleMappings", {})
    if isinstance(mappings, dict) and all(isinstance(mapping, dict) for mapping in mappings.values()):
        # A template may give its own keys, and the provider in the mapping.
        mappings = {
            str(mapping.get("IdentityProvider", key)): {n: v for n, v in mapping.items() if n != "IdentityProvider"}
            for key, mapping in mappings.items()
        }
    shape = input_of("cognito-identity", "SetIdentityPoolRoles")
    accepted = accepted_values(shape, {"Roles": {}, **properties, "RoleMappings": mappings})
    pool = _require_pool(account_id, region, accepted["IdentityPoolId"])
    return pool, accepted["Roles"], accepted["RoleMappings"]


def _configure(account_id: str, region: str, identity_pool_id: str, parts: dict[str, Any]) -> None:
    """Configure a pool as the API would.

    Raises:
        ValidationError: CloudFormation's, if the API would refuse it, or does not exist in the region.
    """
    if region not in cognitosync_backends[account_id].regions:
        if parts["PushSync"] or parts["CognitoStreams"] or parts["Events"]:
            raise stack_error(f"Amazon Cognito Sync does not exist in region {region}")
        return
    backend, verify = cognitosync_backends[account_id][region], current.settings.verify_references
    try:
        backend.check_cognito_events(identity_pool_id, parts["Events"], verify_references=verify)
        backend.set_identity_pool_configuration(
            identity_pool_id, parts["PushSync"], parts["CognitoStreams"], verify_references=verify
        )
        # A template has the whole truth: an event that it does not have is removed.
        backend.set_cognito_events(identity_pool_id, {SYNC_TRIGGER: "", **parts["Events"]})
    except AWSError as error:
        raise stack_error(error.message) from error
