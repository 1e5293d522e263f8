"""Something to do inside a mock, and what is left of it: identity pools of the default session."""

from __future__ import annotations

import boto3


def create_pool() -> str:
    created: str = boto3.client("cognito-identity").create_identity_pool(
        IdentityPoolName="game", AllowUnauthenticatedIdentities=False
    )["IdentityPoolId"]
    return created


def pools() -> list[str]:
    return [
        pool["IdentityPoolId"]
        for pool in boto3.client("cognito-identity").list_identity_pools(MaxResults=60)["IdentityPools"]
    ]
