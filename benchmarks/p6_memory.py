"""P6: memory of one stored record, key and value of 8 bytes each."""

from __future__ import annotations

import gc
import sys
import tracemalloc

from cogsync_mock.cognitosync.state.datasets import Dataset

BAR = 700
DATASETS, RECORDS = 100, 1000


def main() -> int:
    """Measure and print."""
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    kept = []
    for number in range(DATASETS):
        dataset = Dataset(f"dataset{number}", 1.0)
        patches = [
            {"Op": "replace", "Key": f"k{number:03}{record:04}", "Value": f"v{number:03}{record:04}", "SyncCount": 0}
            for record in range(RECORDS)
        ]
        dataset.apply(patches, 1412974057.151 + number, "123456789012")
        kept.append(dataset)
    del patches
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    each = (after - before) / (DATASETS * RECORDS)
    print("\nP6: memory of a stored record")
    print(f"  {DATASETS * RECORDS:,} records in {len(kept)} datasets: {each:.0f} bytes each")
    print(f"  bar <= {BAR}: {'holds' if each <= BAR else 'MISSED'}")
    return 0 if each <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
