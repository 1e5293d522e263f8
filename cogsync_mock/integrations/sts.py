"""moto's STS: credentials of roles."""

from __future__ import annotations

from typing import Any

from moto.core.utils import unix_time

from .backends import PARTITION, backend_of

#: The module and class that answer its operations, and those that carry them out.
RESPONSES = ("moto.sts.responses", "TokenResponse")
BACKEND = ("moto.sts.models", "STSBackend")


def assume_role(account_id: str, region: str, role_arn: str, session_name: str, duration: float) -> Any:
    """Make STS give out credentials of a role, which need not exist; return moto's object for them."""
    return backend_of("sts", account_id, PARTITION).assume_role(
        region_name=region,
        role_session_name=session_name,
        role_arn=role_arn,
        policy=None,
        duration=duration,
        external_id=None,
    )


def keys_of(assumed_role: Any) -> tuple[str, str, str, float]:
    """Return access key, secret key, session token and expiration in epoch seconds of an assumed role."""
    key = assumed_role.access_key_id, assumed_role.secret_access_key
    return *key, assumed_role.session_token, unix_time(assumed_role.expiration)


def replace_access_key(assumed_role: Any, access_key: str) -> None:
    """Give an assumed role another access key, which IAM knows it by from now on."""
    key = assumed_role.access_key
    known = backend_of("iam", assumed_role.account_id, PARTITION).access_keys
    known.pop(key.access_key_id, None)
    key.access_key_id = assumed_role.access_key_id = access_key
    known[access_key] = key
