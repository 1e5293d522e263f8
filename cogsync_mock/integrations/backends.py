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
    found = backends(service)
    # moto's own lookups take a lock and search a list of all services, for every call.
    regions = dict.get(found, account_id) or found[account_id]
    known = dict.get(regions, region)
    return regions[region] if known is None else known
