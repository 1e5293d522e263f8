"""The tests of moto that are expected to fail with this package, each with the reason.

They are grouped by run and named as `run.py` prints them. A test that is not listed and fails is a bug of this package.
A listed test that no longer fails makes the run fail too, so that the list stays true.
"""

from __future__ import annotations

KNOWN: dict[str, dict[str, str]] = {
    "loaded": {},
    "replaced": {
        "tests/test_core/test_decorator_calls.py::test_context_decorator_exposes_bare_essentials[mock_aws]": (
            "`with mock_aws() as mock` gives the mock itself, which has more methods than start, stop and reset."
        ),
        "tests/test_core/test_request_passthrough.py::test_passthrough__using_unsupported_service": (
            "A request that no mocked service answers raises UnmockedRequest instead of 'Not yet implemented'."
        ),
    },
}
