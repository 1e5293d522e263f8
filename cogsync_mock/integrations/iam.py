"""moto's IAM: roles."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from .backends import PARTITION, backend_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRUSTS_LAMBDA = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def role_exists(account_id: str, arn_or_name: str) -> bool:
    """Return whether IAM knows a role."""
    roles = backend_of("iam", account_id, PARTITION).roles.values()
    return any(arn_or_name in (role.arn, role.name) for role in roles)


@contextmanager
def temporary_role(account_id: str) -> Iterator[str]:
    """Give the ARN of a role that Lambda may assume, as long as this lasts."""
    iam = backend_of("iam", account_id, PARTITION)
    role = iam.create_role(f"cogsync-mock-{uuid4().hex}", json.dumps(_TRUSTS_LAMBDA), "/", None, "", [], None)
    try:
        yield role.arn
    finally:
        iam.delete_role(role.name)
