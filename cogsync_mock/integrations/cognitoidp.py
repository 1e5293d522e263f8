"""moto's cognito-idp: user pools, and the key that signs their tokens and ours of cognito-identity."""

from __future__ import annotations

import base64
import functools
import gzip
import importlib
import importlib.resources
import json
from typing import TYPE_CHECKING, Any

from .backends import backend_of, backends

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_PACKAGE, _FOLDER, _FILE = "moto", "cognitoidp/resources", "jwks-private.json"


@functools.cache
def signing_key() -> dict[str, str]:
    """Return the private key that moto brings with it, as a JSON Web Key: the same in every process."""
    folder = importlib.resources.files(_PACKAGE).joinpath(_FOLDER)
    packed = folder.joinpath(f"{_FILE}.gz")
    content = gzip.decompress(packed.read_bytes()) if packed.is_file() else folder.joinpath(_FILE).read_bytes()
    key: dict[str, str] = json.loads(content)
    return key


def sign(content: bytes) -> bytes:
    """Return the signature of RS512."""
    padding, algorithm = _scheme()
    signature: bytes = _private_key().sign(content, padding, algorithm)
    return signature


def is_signed(content: bytes, signature: bytes) -> bool:
    """Return whether a signature of RS512 is of this content, by this key."""
    from cryptography.exceptions import InvalidSignature

    padding, algorithm = _scheme()
    try:
        _private_key().public_key().verify(signature, content, padding, algorithm)
    except InvalidSignature:
        return False
    return True


# Late, for cryptography is large, and only logins need it.


def _scheme() -> tuple[Any, Any]:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA512

    return PKCS1v15(), SHA512()


@functools.cache
def _private_key() -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    n, e, d = (_number(signing_key()[name]) for name in ("n", "e", "d"))
    p, q = rsa.rsa_recover_prime_factors(n, e, d)
    exponents = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, d, *exponents, rsa.RSAPublicNumbers(e, n)).private_key()


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def is_installed() -> bool:
    """Return whether moto's user pools can be used: what they need comes with extras of moto."""
    try:
        importlib.import_module("moto.cognitoidp.models")
    except ImportError:
        return False
    return True


def _backend(account_id: str, region: str) -> Any:
    return backend_of("cognito-idp", account_id, region)


def _pool(account_id: str, region: str, user_pool_id: str) -> Any | None:
    return _backend(account_id, region).user_pools.get(user_pool_id)


def roles_of(user_pool_id: str, groups: Iterable[str]) -> tuple[list[str], str | None]:
    """Return the roles of groups, and the one of the group that goes before the others, if there is one such.

    Groups with a lower precedence go before; of two with the same one and different roles none does (documented).
    """
    for regions in list(backends("cognito-idp").values()) if is_installed() else ():
        for backend in list(regions.values()):
            pool = backend.user_pools.get(user_pool_id)
            if pool is not None:
                found = [pool.groups[name] for name in groups if name in pool.groups and pool.groups[name].role_arn]
                return [str(group.role_arn) for group in found], _preferred(found)
    return [], None


def _preferred(groups: list[Any]) -> str | None:
    ranked = [group for group in groups if group.precedence is not None]
    first = min((group.precedence for group in ranked), default=None)
    roles = {str(group.role_arn) for group in ranked if group.precedence == first}
    return roles.pop() if len(roles) == 1 else None


def create_user_pool(account_id: str, region: str, name: str, settings: dict[str, Any]) -> str:
    """Make a user pool; return its id."""
    return str(_backend(account_id, region).create_user_pool(name, settings).id)


def update_user_pool(account_id: str, region: str, user_pool_id: str, settings: dict[str, Any]) -> None:
    """Change a user pool."""
    _backend(account_id, region).update_user_pool(user_pool_id, settings)


def delete_user_pool(account_id: str, region: str, user_pool_id: str) -> None:
    """Delete a user pool, if it is there."""
    _backend(account_id, region).user_pools.pop(user_pool_id, None)


def user_pool_arn(account_id: str, region: str, user_pool_id: str) -> str:
    """Return the ARN of a user pool."""
    return str(_backend(account_id, region).describe_user_pool(user_pool_id).arn)


def create_client(account_id: str, region: str, settings: dict[str, Any]) -> str:
    """Make a client of a user pool, from the parameters of CreateUserPoolClient; return its id."""
    more = {name: value for name, value in settings.items() if name not in ("UserPoolId", "GenerateSecret")}
    secret = settings.get("GenerateSecret", False)
    return str(_backend(account_id, region).create_user_pool_client(settings["UserPoolId"], secret, more).id)


def update_client(account_id: str, region: str, client_id: str, settings: dict[str, Any]) -> None:
    """Change a client of a user pool."""
    more = {name: value for name, value in settings.items() if name not in ("UserPoolId", "GenerateSecret")}
    _backend(account_id, region).update_user_pool_client(settings["UserPoolId"], client_id, more)


def delete_client(account_id: str, region: str, user_pool_id: str, client_id: str) -> None:
    """Delete a client, if it is there."""
    pool = _pool(account_id, region, user_pool_id)
    if pool is not None:
        pool.clients.pop(client_id, None)


def client_secret(account_id: str, region: str, user_pool_id: str, client_id: str) -> str:
    """Return the secret of a client."""
    return str(_backend(account_id, region).describe_user_pool(user_pool_id).clients[client_id].secret)


def create_group(account_id: str, region: str, settings: dict[str, Any]) -> None:
    """Make a group of a user pool, from the parameters of CreateGroup."""
    _backend(account_id, region).create_group(*_group(settings))


def update_group(account_id: str, region: str, settings: dict[str, Any]) -> None:
    """Change a group of a user pool."""
    _backend(account_id, region).update_group(*_group(settings))


def _group(settings: dict[str, Any]) -> list[Any]:
    return [settings.get(name) for name in ("UserPoolId", "GroupName", "Description", "RoleArn", "Precedence")]


def delete_group(account_id: str, region: str, user_pool_id: str, name: str) -> None:
    """Delete a group, if it is there."""
    pool = _pool(account_id, region, user_pool_id)
    if pool is not None and name in pool.groups:
        _backend(account_id, region).delete_group(user_pool_id, name)


def create_domain(account_id: str, region: str, settings: dict[str, Any]) -> None:
    """Make the domain of a user pool, from the parameters of CreateUserPoolDomain."""
    certificate = settings.get("CustomDomainConfig")
    _backend(account_id, region).create_user_pool_domain(settings["UserPoolId"], settings["Domain"], certificate)


def update_domain(account_id: str, region: str, domain: str, settings: dict[str, Any]) -> None:
    """Change the certificate of a domain."""
    _backend(account_id, region).update_user_pool_domain(domain, settings.get("CustomDomainConfig") or {})


def delete_domain(account_id: str, region: str, domain: str) -> None:
    """Delete a domain, if it is there."""
    _backend(account_id, region).user_pool_domains.pop(domain, None)


def distribution(account_id: str, region: str, domain: str) -> str:
    """Return the distribution of a domain."""
    described = _backend(account_id, region).describe_user_pool_domain(domain)
    return str(described.to_json(extended=False)["CloudFrontDomain"])
