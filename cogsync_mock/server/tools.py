"""What the control routes work with: the mock's calls, faults and data, in the form of JSON."""

from __future__ import annotations

from importlib import metadata
from typing import Any

import moto

from cogsync_mock.aws import calls
from cogsync_mock.aws.faults import Fault, faults
from cogsync_mock.cognitosync.exceptions import CognitoSyncError
from cogsync_mock.cognitosync.models import CognitoSyncBackend, cognitosync_backends
from cogsync_mock.integrations import cognitoidentity
from cogsync_mock.runtime import moto_seam


def backend_of_pool(identity_pool_id: str) -> CognitoSyncBackend:
    """Return the backend of the account and region that have an identity pool.

    Raises:
        ValueError: if none has.
    """
    location = cognitoidentity.pool_of_id(identity_pool_id)
    if location is None:
        raise ValueError(f"there is no identity pool {identity_pool_id!r}: create it first with CreateIdentityPool")
    found: CognitoSyncBackend = cognitosync_backends[location.account_id][location.region]
    return found


class Tools:
    """The functions under the control routes."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def close(self) -> None:
        """Take back what was done here and would outlive the server."""
        faults.remove(self._faults)
        self._faults.clear()

    def versions(self) -> dict[str, str]:
        """Return the versions of this package and of moto."""
        return {"version": metadata.version("cogsync-mock"), "moto": moto.__version__}

    # ---------------------------------------------------------------------------------- calls

    def calls(self) -> list[calls.Call]:
        """Return the calls that are kept, first one first."""
        return list(calls.active_log())

    def dropped_calls(self) -> int:
        """Return how many older calls are no longer kept."""
        return calls.active_log().dropped

    def clear_calls(self) -> None:
        """Forget all calls."""
        calls.active_log().clear()

    # --------------------------------------------------------------------------------- faults

    def faults(self) -> list[dict[str, Any]]:
        """Return the faults, those that are used up included."""
        return [fault.to_dict() for fault in faults]

    def add_fault(self, **members: Any) -> dict[str, Any]:
        """Add a fault; return it with its id.

        Raises:
            TypeError: if a member is of the wrong type.
            ValueError: if there is no such operation, error or parameter, or the fault would do nothing.
        """
        fault = Fault(**members)
        self._faults.append(fault)
        faults.add(fault)
        return fault.to_dict()

    def remove_fault(self, fault_id: str) -> bool:
        """Remove a fault; return whether there was one."""
        found = [fault for fault in faults if fault.id == fault_id]
        for fault in found:
            fault.remove()
        return bool(found)

    # ----------------------------------------------------------------------------------- data

    def reset(self) -> None:
        """Forget all data of all services, all faults and all calls."""
        moto_seam.reset_all_services()
        faults.remove(list(faults))
        self._faults.clear()
        calls.active_log().clear()

    def merge_identities(self, pool_id: str, source_identity_id: str, target_identity_id: str) -> list[str]:
        """Merge one identity into another; return the new names of its datasets.

        Raises:
            ValueError: if there is no such pool, or it has not both identities, or they are the same.
        """
        if source_identity_id == target_identity_id:
            raise ValueError(f"an identity cannot be merged with itself: {source_identity_id!r}")
        try:
            return backend_of_pool(pool_id).merge_identities(pool_id, source_identity_id, target_identity_id)
        except CognitoSyncError as error:
            raise ValueError(f"{error.message} in pool {pool_id!r}: create it first with GetId") from error

    def stop_streaming(self, pool_id: str, reason: str) -> None:
        """Turn a pool's stream off, and say why.

        Raises:
            ValueError: if there is no such pool, it has no stream, or the reason is empty.
        """
        if not reason:
            raise ValueError("reason must say why streaming was stopped, in at least one character")
        backend_of_pool(pool_id).stop_streaming(pool_id, reason)
