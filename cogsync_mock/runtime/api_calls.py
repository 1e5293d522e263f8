"""What the application asked of a client, for as long as the call runs: before it becomes requests, and over retries.

Uses ``botocore.client.BaseClient._make_api_call``, which every call of a client's method passes, and the attributes
``_service_model`` and ``meta`` of clients. A test that replaces it, too, takes this away; then the seam reads the
operation from the request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.client import BaseClient

from cogsync_mock.aws.exchange import ApiCall, current_api_call

from .replacements import Replacement

if TYPE_CHECKING:
    from collections.abc import Callable


def _make_api_call(original: Callable[..., Any], client: Any, operation_name: str, api_params: Any) -> Any:
    meta = client.meta
    model = client._service_model.operation_model(operation_name)
    call = ApiCall(model, api_params, meta.endpoint_url, meta.region_name)
    token = current_api_call.set(call)
    try:
        return original(client, operation_name, api_params)
    finally:
        # The log keeps both for long: in a circle, only the garbage collector would free them.
        call.record = None
        current_api_call.reset(token)


def replacement() -> Replacement:
    """Return the replacement of clients' common method."""
    return Replacement(BaseClient, "_make_api_call", _make_api_call)
