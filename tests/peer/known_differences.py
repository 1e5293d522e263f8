"""The tests of moto that are expected to fail with this package, each with the reason.

They are grouped by run and named as `run.py` prints them. A test that is not listed and fails is a bug of this package.
A listed test that no longer fails makes the run fail too, so that the list stays true.
"""

from __future__ import annotations

_IDENTITY = "tests/test_cognitoidentity"
_MALFORMED = "The test gives an id or account that AWS's model of the service forbids: ValidationException."

KNOWN: dict[str, dict[str, str]] = {
    "loaded": {},
    "replaced": {
        "tests/test_core/test_decorator_calls.py::test_context_decorator_exposes_bare_essentials[mock_aws]": (
            "`with mock_aws() as mock` gives the mock itself, which has more methods than start, stop and reset."
        ),
        "tests/test_core/test_request_passthrough.py::test_passthrough__using_unsupported_service": (
            "A request that no mocked service answers raises UnmockedRequest instead of 'Not yet implemented'."
        ),
        f"{_IDENTITY}/test_cognitoidentity.py::test_describe_identity_pool_with_invalid_id_raises_error": _MALFORMED,
        f"{_IDENTITY}/test_cognitoidentity.py::test_get_credentials_for_identity": _MALFORMED,
        f"{_IDENTITY}/test_cognitoidentity.py::test_get_id": _MALFORMED,
        f"{_IDENTITY}/test_cognitoidentity.py::test_get_id__unknown_region": _MALFORMED,
        f"{_IDENTITY}/test_cognitoidentity.py::test_get_open_id_token": _MALFORMED,
        f"{_IDENTITY}/test_cognitoidentity.py::test_get_open_id_token_for_developer_identity": _MALFORMED,
        f"{_IDENTITY}/test_cognitoidentity.py::test_list_identities": _MALFORMED,
        f"{_IDENTITY}/test_server.py::test_get_id": _MALFORMED,
        f"{_IDENTITY}/test_server.py::test_list_identities": _MALFORMED,
        f"{_IDENTITY}/test_cognitoidentity.py::"
        "test_get_open_id_token_for_developer_identity_when_no_explicit_identity_id": (
            "The test asks for an identity of a pool that it never made: ResourceNotFoundException, as AWS says."
        ),
    },
}
