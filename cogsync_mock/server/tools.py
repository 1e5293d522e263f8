"""What the control routes work with: the mock's calls, faults and data, in the form of JSON."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import moto

from cogsync_mock.aws import calls
from cogsync_mock.runtime import moto_seam


class Tools:
    """The functions under the control routes."""

    def versions(self) -> dict[str, str]:
        """Return the versions of this package and of moto."""
        return {"version": version("cogsync-mock"), "moto": moto.__version__}

    def calls(self) -> list[dict[str, Any]]:
        """Return the calls that are kept, first one first."""
        return [call.to_dict() for call in calls.active_log()]

    def dropped_calls(self) -> int:
        """Return how many older calls are no longer kept."""
        return calls.active_log().dropped

    def clear_calls(self) -> None:
        """Forget all calls."""
        calls.active_log().clear()

    def faults(self) -> list[dict[str, Any]]:
        """Return the faults that are left."""
        return []

    def add_fault(self, **members: Any) -> dict[str, Any]:
        """Add a fault."""
        return members

    def remove_fault(self, fault_id: str) -> bool:
        """Remove a fault; return whether there was one."""
        return bool(fault_id) and False

    def reset(self) -> None:
        """Forget everything."""
        moto_seam.reset_all_services()

    def overview(self) -> dict[str, Any]:
        """Return what there is."""
        return {}

    def merge_identities(self, pool_id: str, source_identity_id: str, target_identity_id: str) -> list[str]:
        """Merge."""
        return [pool_id, source_identity_id, target_identity_id]

    def stop_streaming(self, pool_id: str, reason: str) -> None:
        """Stop."""
