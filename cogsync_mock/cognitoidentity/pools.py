"""The pools themselves: made, changed, listed, tagged, deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cogsync_mock.integrations import cognitoidentity
from cogsync_mock.integrations.cognitoidentity import PoolLocation

from .exceptions import IdentityPoolNotFound, InvalidParameterException
from .models import logins_of
from .service import Request, operation, page

if TYPE_CHECKING:
    from collections.abc import Mapping


def motos_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of CreateIdentityPool as moto's backend names them, its own defaults for those omitted."""
    return {
        "identity_pool_name": parameters["IdentityPoolName"],
        "allow_unauthenticated_identities": parameters["AllowUnauthenticatedIdentities"],
        "supported_login_providers": parameters.get("SupportedLoginProviders", {}),
        "developer_provider_name": parameters.get("DeveloperProviderName", ""),
        "open_id_connect_provider_arns": parameters.get("OpenIdConnectProviderARNs", []),
        "cognito_identity_providers": parameters.get("CognitoIdentityProviders", []),
        "saml_provider_arns": parameters.get("SamlProviderARNs", []),
        "tags": parameters.get("IdentityPoolTags", {}),
    }


def set_classic_flow(location: PoolLocation, *, is_allowed: bool | None) -> None:
    """Set whether identities of a pool may take the basic flow; None for as if nothing was ever said."""
    with logins_of(location) as logins:
        logins.allow_classic_flow = is_allowed


def _description(location: PoolLocation) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(location.pool.to_json())
    with logins_of(location) as logins:
        if logins.allow_classic_flow is not None:
            described["AllowClassicFlow"] = logins.allow_classic_flow
    return described


@operation
def create_identity_pool(request: Request) -> dict[str, Any]:
    """CreateIdentityPool."""
    where = (request.account_id, request.region)
    identity_pool_id = cognitoidentity.create_identity_pool(*where, **motos_parameters(request.parameters))
    location = PoolLocation(*where, cognitoidentity.identity_pool(*where, identity_pool_id))
    set_classic_flow(location, is_allowed=request.parameters.get("AllowClassicFlow"))
    return _description(location)


@operation
def update_identity_pool(request: Request) -> dict[str, Any]:
    """UpdateIdentityPool: what is omitted gets its default (documented)."""
    location = request.pool()
    parameters = motos_parameters(request.parameters)
    if "IdentityPoolTags" not in request.parameters:
        # Tags have operations of their own.
        del parameters["tags"]
    cognitoidentity.update_identity_pool(
        location.account_id, location.region, location.pool.identity_pool_id, **parameters
    )
    set_classic_flow(location, is_allowed=request.parameters.get("AllowClassicFlow"))
    return _description(location)


@operation
def describe_identity_pool(request: Request) -> dict[str, Any]:
    """DescribeIdentityPool."""
    return _description(request.pool())


@operation
def delete_identity_pool(request: Request) -> dict[str, Any]:
    """DeleteIdentityPool, with its identities and all that is kept of them."""
    location = request.pool()
    cognitoidentity.delete_identity_pool(location.account_id, location.region, location.pool.identity_pool_id)
    return {}


@operation
def list_identity_pools(request: Request) -> dict[str, Any]:
    """ListIdentityPools: ids and names, in the order in which the pools were made."""
    where = (request.account_id, request.region)
    ids, following = page(cognitoidentity.identity_pool_ids(*where), request.parameters, "pools")
    pools = [(name, cognitoidentity.identity_pool(*where, name)) for name in ids]
    listed = [{"IdentityPoolId": name, "IdentityPoolName": pool.identity_pool_name} for name, pool in pools if pool]
    return {"IdentityPools": listed, **following}


@operation
def tag_resource(request: Request) -> dict[str, Any]:
    """TagResource."""
    _tagged(request).tags.update(request.parameters["Tags"])
    return {}


@operation
def untag_resource(request: Request) -> dict[str, Any]:
    """UntagResource."""
    pool = _tagged(request)
    pool.tags = {name: value for name, value in pool.tags.items() if name not in request.parameters["TagKeys"]}
    return {}


@operation
def list_tags_for_resource(request: Request) -> dict[str, Any]:
    """ListTagsForResource."""
    return {"Tags": dict(_tagged(request).tags)}


def _tagged(request: Request) -> Any:
    """Return the pool that an ARN names.

    Raises:
        InvalidParameterException: if it is no ARN of an identity pool.
        IdentityPoolNotFound: if the account has no such pool.
    """
    arn = request.parameters["ResourceArn"]
    named = cognitoidentity.pool_named_by(arn)
    if named is None:
        raise InvalidParameterException(f"Invalid ARN: {arn}")
    account_id, region, identity_pool_id = named
    location = cognitoidentity.pool_of_id(identity_pool_id, request.account_id)
    if location is None or (location.account_id, location.region) != (account_id, region):
        raise IdentityPoolNotFound(identity_pool_id)
    return location.pool
