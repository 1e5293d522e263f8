"""Amazon Cognito Sync inside moto: a mock for tests that run entirely offline.

PYTEST_DONT_REWRITE

The public names are bound on first use. Loading this package imports neither boto3 nor moto;
it only arranges that cognito-sync is registered with moto as soon as moto is imported.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import importlib.machinery
    from collections.abc import Sequence

    from .aws.calls import Call, CallLog
    from .aws.faults import Fault
    from .decorator import mock_aws, mock_cognito_sync
    from .mock import AWSMock, CognitoSyncMock
    from .runtime.network_guard import UnmockedRequest
    from .server.lifecycle import CognitoSyncServer

__all__ = [
    "AWSMock",
    "Call",
    "CallLog",
    "CognitoSyncMock",
    "CognitoSyncServer",
    "Fault",
    "UnmockedRequest",
    "__version__",
    "mock_aws",
    "mock_cognito_sync",
]
__version__ = "0.1.0"

_HOMES = {
    "AWSMock": "mock",
    "Call": "aws.calls",
    "CallLog": "aws.calls",
    "CognitoSyncMock": "mock",
    "CognitoSyncServer": "server.lifecycle",
    "Fault": "aws.faults",
    "UnmockedRequest": "runtime.network_guard",
    "mock_aws": "decorator",
    "mock_cognito_sync": "decorator",
}


def __getattr__(name: str) -> Any:
    """Import a public name's home when the name is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _UntilMotoIsImported:
    """Waits for the first import of moto, then hands over to the post-import hooks of `registration`.

    Those hooks need wrapt, whose import costs every test run of every project tens of milliseconds;
    a project that never imports moto shall not pay them.
    """

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find nothing; notice moto."""
        if name != "moto":
            return None
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        _register()
        # The other finders are asked from here, since whoever goes over the list now misses the one behind this.
        import importlib.util

        return importlib.util.find_spec(name)


def _register() -> None:
    from .runtime.moto_seam import register

    register()


if "moto" in sys.modules:
    _register()
else:
    sys.meta_path.insert(0, _UntilMotoIsImported())
