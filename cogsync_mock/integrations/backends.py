"""Where moto keeps the state of a service."""

from __future__ import annotations

import functools
from typing import Any

from moto.backends import get_backend

#: Where moto keeps what is not of one region.
PARTITION = "aws"


@functools.cache
def backends(service: Any) -> Any:
    """Return a service's backends by account and region."""
    return get_backend(service)


def backend_of(service: Any, account_id: str, region: str) -> Any:
    """Return the backend of one account and region, or `PARTITION`.

    Raises:
        KeyError: if the service does not exist there.
    """
    return backends(service)[account_id][region]
