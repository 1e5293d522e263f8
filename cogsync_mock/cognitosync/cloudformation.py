"""``AWS::Cognito::IdentityPool`` and ``AWS::Cognito::IdentityPoolRoleAttachment`` in moto's CloudFormation.

A stack leaves the same state as calls of the API would, and refuses what those would refuse.
The classes look like moto's ``CloudFormationModel`` but are none, for moto finds those by itself, mock or no mock.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from moto.core.common_models import BaseModel

from cogsync_mock.aws import values as jsonvalues
from cogsync_mock.aws.errors import AWSError
from cogsync_mock.aws.shapes import input_of
from cogsync_mock.cognitoidentity import pools
from cogsync_mock.cognitoidentity.roles import set_roles
from cogsync_mock.integrations import cognitoidentity
from cogsync_mock.integrations.moto_api import random_uuid

from .models import cognitosync_backends
from .settings import current
from .state.pools import SYNC_TRIGGER
from .wire.contract import operations
from .wire.validation import check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cogsync_mock.aws.shapes import Shape

    Properties = Mapping[str, Any]

# What Cognito Sync keeps of a pool.
_PARTS = ("PushSync", "CognitoStreams", "CognitoEvents")
# What the validation of the contract wants to see beside the properties.
_ANY_POOL = "us-east-1:0"


class _Resource(BaseModel):
    """What the resources of identity pools have in common."""

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
        """Return whether Fn::GetAtt knows an attribute."""
        return attr in cls.attribute_names

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Return an attribute for Fn::GetAtt."""
        if not self.has_cfn_attr(attribute_name):
            from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

            raise UnformattedGetAttTemplateException
        return str(self.physical_resource_id if attribute_name == "Id" else self.properties[self.name_property])

    def is_created(self) -> bool:
        """Tell that it is there as soon as it was made."""
        return True


class IdentityPoolResource(_Resource):
    """An identity pool of a stack, with its CognitoStreams, PushSync and CognitoEvents."""

    type_name = "AWS::Cognito::IdentityPool"
    name_property = "IdentityPoolName"
    attribute_names = ("Id", "Name")

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> IdentityPoolResource:
        """Make the pool and configure it, or neither."""
        properties = {"IdentityPoolName": resource_name, **_properties(cls, cloudformation_json)}
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
        properties = {"IdentityPoolName": known, **_properties(cls, cloudformation_json)}
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


class IdentityPoolRoleAttachmentResource(_Resource):
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
        properties = _properties(cls, cloudformation_json)
        pool, roles, mappings = _roles(properties, account_id, region_name)
        try:
            set_roles(cognitoidentity.PoolLocation(account_id, region_name, pool), roles, mappings)
        except AWSError as error:
            raise _stack_error(error.message) from error
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


def _stack_error(message: str) -> Exception:
    """Return the error that CloudFormation refuses a template with."""
    # Late, for moto's CloudFormation is what imports this module.
    from moto.cloudformation.exceptions import ValidationError

    return ValidationError(message=message)


def _properties(resource: type[_Resource], cloudformation_json: Any) -> dict[str, Any]:
    given = cloudformation_json.get("Properties") or {}
    if not isinstance(given, dict):
        raise _stack_error(f"Properties of {resource.type_name} must be an object, not {given!r}")
    found: dict[str, Any] = _without_nothing(given)
    return found


def _without_nothing(value: Any) -> Any:
    """Leave out what AWS::NoValue stands for, also in lists."""
    if isinstance(value, dict):
        return {name: _without_nothing(member) for name, member in value.items() if member is not None}
    return [_without_nothing(item) for item in value if item is not None] if isinstance(value, list) else value


def _require_pool(account_id: str, region: str, identity_pool_id: str) -> Any:
    pool = cognitoidentity.identity_pool(account_id, region, identity_pool_id)
    if pool is None:
        raise _stack_error(f"IdentityPool '{identity_pool_id}' not found.")
    return pool


def _pool_parameters(properties: Properties) -> dict[str, Any]:
    """Return the parameters of CreateIdentityPool.

    Raises:
        ValidationError: CloudFormation's, if CreateIdentityPool would refuse it.
    """
    given = {name: value for name, value in properties.items() if name not in _PARTS}
    if "AllowUnauthenticatedIdentities" not in given:
        missing = "required key [AllowUnauthenticatedIdentities] not found"
        raise _stack_error(f"Properties validation failed: {missing}")
    tags = given.get("IdentityPoolTags")
    if isinstance(tags, list) and all(_is_tag(tag) for tag in tags):
        given["IdentityPoolTags"] = {tag["Key"]: tag["Value"] for tag in tags}
    return _accepted(input_of("cognito-identity", "CreateIdentityPool"), given)


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
            raise _stack_error(f"CognitoEvents is not JSON: {error.message}") from error
    pool = {"IdentityPoolId": _ANY_POOL}
    return {
        **_accepted(operations()["SetIdentityPoolConfiguration"].input, {**pool, **given}),
        **_accepted(operations()["SetCognitoEvents"].input, {**pool, "Events": events}),
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
    accepted = _accepted(shape, {"Roles": {}, **properties, "RoleMappings": mappings})
    pool = _require_pool(account_id, region, accepted["IdentityPoolId"])
    return pool, accepted["Roles"], accepted["RoleMappings"]


def _accepted(shape: Shape, given: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a structure as an API would take them.

    Raises:
        ValidationError: CloudFormation's, if it would not, or does not know a member.
    """
    _refuse_unknown(shape, given)
    values = {name: _value(shape.members[name], value, name) for name, value in given.items()}
    try:
        check(shape, values)
    except AWSError as error:
        raise _stack_error(f"Properties validation failed: {error.message}") from error
    return values


def _value(shape: Shape, given: Any, name: str) -> Any:
    try:
        # A template's scalars may all come as texts, and its texts as any scalar.
        return jsonvalues.read(shape, _with_texts(shape, given), from_text=True)
    except AWSError as error:
        raise _stack_error(f"Properties validation failed: {name}: {error.message}") from error


def _with_texts(shape: Shape, given: Any) -> Any:
    """Turn into texts what a template may write without quotes: numbers, dates, true and false."""
    if isinstance(given, dict):
        shapes = {name: shape.members.get(name) or shape.element for name in given}
        return {name: _with_texts(known, v) if (known := shapes[name]) else v for name, v in given.items()}
    if isinstance(given, list):
        return [_with_texts(shape.element, item) for item in given] if shape.element else given
    if shape.kind == "string" and isinstance(given, (bool, int, float, date)):
        return str(given).lower() if isinstance(given, bool) else str(given)
    return given


def _refuse_unknown(shape: Shape, given: Any) -> None:
    if shape.kind == "structure" and isinstance(given, dict):
        for name, value in given.items():
            if name not in shape.members:
                raise _stack_error(f"Properties validation failed: extraneous key [{name}] is not permitted")
            _refuse_unknown(shape.members[name], value)
    elif shape.element is not None and isinstance(given, (dict, list)):
        for value in given.values() if isinstance(given, dict) else given:
            _refuse_unknown(shape.element, value)


def _configure(account_id: str, region: str, identity_pool_id: str, parts: dict[str, Any]) -> None:
    """Configure a pool as the API would.

    Raises:
        ValidationError: CloudFormation's, if the API would refuse it, or does not exist in the region.
    """
    if region not in cognitosync_backends[account_id].regions:
        if parts["PushSync"] or parts["CognitoStreams"] or parts["Events"]:
            raise _stack_error(f"Amazon Cognito Sync does not exist in region {region}")
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
        raise _stack_error(error.message) from error
