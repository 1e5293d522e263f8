"""User pools, their clients, groups and domains in moto's CloudFormation, and principal tags of identity pools.

Templates with identity pools nearly always have a user pool beside them. What moto's cognito-idp can hold is held; a
property that it cannot hold is said once in the log, and never keeps a stack from being deployed.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from cogsync_mock.aws.shapes import input_of
from cogsync_mock.integrations import cognitoidentity, cognitoidp
from cogsync_mock.integrations.moto_api import random_uuid
from cogsync_mock.integrations.stack_resources import (
    StackResource,
    accepted_values,
    properties_of,
    stack_error,
    value_of,
)

from .roles import DEFAULT_TAGS, set_principal_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

_reported: set[tuple[str, str]] = set()


def _held(resource: type[StackResource], operation: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties that the API's operation knows, as it would take them; report the others once."""
    shape = input_of("cognito-idp", operation)
    held = {}
    for name, value in properties.items():
        if name not in shape.members:
            _report(resource, name, "is not held by moto's cognito-idp")
            continue
        try:
            held[name] = value_of(shape.members[name], value, name)
        except Exception as error:
            if type(error).__name__ != "ValidationError":
                raise
            _report(resource, name, f"is ignored: {error}")
    return held


def _report(resource: type[StackResource], name: str, why: str) -> None:
    if (resource.type_name, name) not in _reported:
        _reported.add((resource.type_name, name))
        logger.warning("property %s of %s %s", name, resource.type_name, why)


class _CognitoIdpResource(StackResource):
    """Makes, changes and deletes one thing of a user pool.

    Attributes:
        replaced_by: the properties that cannot be changed, so that another resource takes its place (documented).
    """

    replaced_by: tuple[str, ...] = ("UserPoolId",)

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> StackResource:
        """Make it."""
        properties = properties_of(cls, cloudformation_json)
        if cls.name_property:
            properties.setdefault(cls.name_property, resource_name)
        return cls(cls.make(account_id, region_name, properties), properties, account_id, region_name)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> StackResource:
        """Change it, or put another in its place."""
        properties = properties_of(cls, cloudformation_json)
        before = original_resource.properties
        if cls.name_property:
            properties.setdefault(cls.name_property, before.get(cls.name_property, new_resource_name))
        if any(properties.get(name) != before.get(name) for name in cls.replaced_by):
            made = cls.make(account_id, region_name, properties)
            original_resource.delete(account_id, region_name)
            return cls(made, properties, account_id, region_name)
        cls.change(account_id, region_name, original_resource.physical_resource_id, properties)
        return cls(original_resource.physical_resource_id, properties, account_id, region_name)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        """Delete it, if it is still there."""
        cls(resource_name, properties_of(cls, cloudformation_json), account_id, region_name).delete(
            account_id, region_name
        )

    def __init__(self, physical_resource_id: str, properties: Mapping[str, Any], account_id: str, region: str) -> None:
        super().__init__(physical_resource_id, properties)
        self.account_id = account_id
        self.region = region

    @classmethod
    def make(cls, account_id: str, region: str, properties: dict[str, Any]) -> str:
        """Make it; return its physical id, which is what Ref gives."""
        raise NotImplementedError

    @classmethod
    def change(cls, account_id: str, region: str, physical_resource_id: str, properties: dict[str, Any]) -> None:
        """Change it."""
        raise NotImplementedError

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete it, if it is still there."""
        raise NotImplementedError


class UserPoolResource(_CognitoIdpResource):
    """A user pool."""

    type_name = "AWS::Cognito::UserPool"
    name_property = "UserPoolName"
    attribute_names = ("Arn", "ProviderName", "ProviderURL", "UserPoolId")
    replaced_by = ()

    @classmethod
    def make(cls, account_id: str, region: str, properties: dict[str, Any]) -> str:
        """Make a user pool."""
        return cognitoidp.create_user_pool(
            account_id, region, str(properties["UserPoolName"]), cls._settings(properties)
        )

    @classmethod
    def change(cls, account_id: str, region: str, physical_resource_id: str, properties: dict[str, Any]) -> None:
        """Change a user pool; it keeps its users."""
        cognitoidp.update_user_pool(account_id, region, physical_resource_id, cls._settings(properties))

    @classmethod
    def _settings(cls, properties: Mapping[str, Any]) -> dict[str, Any]:
        return _held(cls, "CreateUserPool", {n: v for n, v in properties.items() if n != "UserPoolName"})

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the user pool, if it is still there."""
        cognitoidp.delete_user_pool(account_id, region_name, self.physical_resource_id)

    def attribute(self, name: str) -> str:
        """Return an attribute for Fn::GetAtt."""
        if name == "Arn":
            return cognitoidp.user_pool_arn(self.account_id, self.region, self.physical_resource_id)
        provider = f"cognito-idp.{self.region}.amazonaws.com/{self.physical_resource_id}"
        return {"ProviderName": provider, "ProviderURL": f"https://{provider}"}.get(name, self.physical_resource_id)


class UserPoolClientResource(_CognitoIdpResource):
    """An application that signs users in."""

    type_name = "AWS::Cognito::UserPoolClient"
    name_property = "ClientName"
    attribute_names = ("ClientId", "ClientSecret", "Name")
    replaced_by = ("UserPoolId", "GenerateSecret")

    @classmethod
    def make(cls, account_id: str, region: str, properties: dict[str, Any]) -> str:
        """Make a client."""
        settings = _held(cls, "CreateUserPoolClient", properties)
        return cognitoidp.create_client(account_id, region, settings)

    @classmethod
    def change(cls, account_id: str, region: str, physical_resource_id: str, properties: dict[str, Any]) -> None:
        """Change a client."""
        settings = _held(cls, "CreateUserPoolClient", properties)
        cognitoidp.update_client(account_id, region, physical_resource_id, settings)

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the client, if it is still there."""
        cognitoidp.delete_client(
            account_id, region_name, str(self.properties.get("UserPoolId")), self.physical_resource_id
        )

    def attribute(self, name: str) -> str:
        """Return an attribute for Fn::GetAtt."""
        if name == "ClientSecret":
            pool_id = str(self.properties["UserPoolId"])
            return cognitoidp.client_secret(self.account_id, self.region, pool_id, self.physical_resource_id)
        return str(self.properties["ClientName"]) if name == "Name" else self.physical_resource_id


class UserPoolGroupResource(_CognitoIdpResource):
    """A group of users, which may bring a role."""

    type_name = "AWS::Cognito::UserPoolGroup"
    name_property = "GroupName"
    attribute_names = ()
    replaced_by = ("UserPoolId", "GroupName")

    @classmethod
    def make(cls, account_id: str, region: str, properties: dict[str, Any]) -> str:
        """Make a group."""
        settings = _held(cls, "CreateGroup", properties)
        cognitoidp.create_group(account_id, region, settings)
        return str(settings["GroupName"])

    @classmethod
    def change(cls, account_id: str, region: str, physical_resource_id: str, properties: dict[str, Any]) -> None:
        """Change a group; its users stay in it."""
        settings = {**_held(cls, "CreateGroup", properties), "GroupName": physical_resource_id}
        cognitoidp.update_group(account_id, region, settings)

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the group, if it is still there."""
        cognitoidp.delete_group(
            account_id, region_name, str(self.properties.get("UserPoolId")), self.physical_resource_id
        )


class UserPoolDomainResource(_CognitoIdpResource):
    """The domain of a user pool's hosted pages."""

    type_name = "AWS::Cognito::UserPoolDomain"
    attribute_names = ("CloudFrontDistribution",)
    replaced_by = ("UserPoolId", "Domain")

    @classmethod
    def make(cls, account_id: str, region: str, properties: dict[str, Any]) -> str:
        """Make a domain."""
        settings = _held(cls, "CreateUserPoolDomain", properties)
        cognitoidp.create_domain(account_id, region, settings)
        return str(settings["Domain"])

    @classmethod
    def change(cls, account_id: str, region: str, physical_resource_id: str, properties: dict[str, Any]) -> None:
        """Change the certificate of a domain."""
        settings = _held(cls, "CreateUserPoolDomain", properties)
        cognitoidp.update_domain(account_id, region, physical_resource_id, settings)

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the domain, if it is still there."""
        cognitoidp.delete_domain(account_id, region_name, self.physical_resource_id)

    def attribute(self, name: str) -> str:  # noqa: ARG002  # there is one only
        """Return the distribution."""
        return cognitoidp.distribution(self.account_id, self.region, self.physical_resource_id)


class PrincipalTagResource(StackResource):
    """Which claims of a provider's tokens become tags of sessions."""

    type_name = "AWS::Cognito::IdentityPoolPrincipalTag"
    attribute_names = ()

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,  # noqa: ARG003  # moto's signature
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> PrincipalTagResource:
        """Set the tags."""
        properties = properties_of(cls, cloudformation_json)
        accepted = accepted_values(input_of("cognito-identity", "SetPrincipalTagAttributeMap"), properties)
        uses_defaults = accepted.get("UseDefaults", False)
        tags = DEFAULT_TAGS if uses_defaults else accepted.get("PrincipalTags", {})
        location = cls._location(account_id, region_name, accepted["IdentityPoolId"])
        if location is None:
            raise stack_error(f"IdentityPool '{accepted['IdentityPoolId']}' not found.")
        set_principal_tags(location, accepted["IdentityProviderName"], uses_defaults=uses_defaults, tags=tags)
        return cls(f"IdentityPoolPrincipalTag-{random_uuid()[-12:]}", properties)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: PrincipalTagResource,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> PrincipalTagResource:
        """Set other tags, or those of another pool or provider."""
        original_resource.delete(account_id, region_name)
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)

    def delete(self, account_id: str, region_name: str) -> None:
        """Take the tags away, if the pool is still there."""
        location = self._location(account_id, region_name, str(self.properties["IdentityPoolId"]))
        if location is not None:
            provider = str(self.properties["IdentityProviderName"])
            set_principal_tags(location, provider, uses_defaults=False, tags=None)

    @staticmethod
    def _location(account_id: str, region: str, identity_pool_id: str) -> cognitoidentity.PoolLocation | None:
        pool = cognitoidentity.identity_pool(account_id, region, identity_pool_id)
        return pool and cognitoidentity.PoolLocation(account_id, region, pool)


_RESOURCES: list[type[StackResource]] = [PrincipalTagResource]
if cognitoidp.is_installed():
    _RESOURCES += [UserPoolResource, UserPoolClientResource, UserPoolGroupResource, UserPoolDomainResource]

#: By name; where ``integrations.cloudformation`` looks for them.
RESOURCE_TYPES = {resource.type_name: resource for resource in _RESOURCES}
