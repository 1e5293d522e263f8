"""What an accepted update changed, as other services hear of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .datasets import Record


@dataclass(frozen=True, slots=True)
class Change:
    """One accepted change of a dataset.

    Attributes:
        operation: ``remove`` for the deletion of the whole dataset.
        records: the records written, empty for a deletion.
        sync_count: the dataset's new count.
        last_modified: when, in epoch seconds.
    """

    identity_pool_id: str
    identity_id: str
    dataset_name: str
    operation: Literal["replace", "remove"]
    records: list[Record]
    sync_count: int
    last_modified: float
