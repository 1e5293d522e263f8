"""What signs requests while a mock is on: the mock's credentials, never the user's.

Static keys keep their meaning, also in clients made earlier: they choose accounts in moto and users in its IAM. What
a client or session made before the mock would have to fetch (assumed roles, SSO, web identities, processes, deferred
and refreshable credentials) is not fetched, and a profile that the hidden configuration lacks is no error.

Uses ``botocore.signers.RequestSigner`` (``get_auth_instance``, ``_credentials``) and ``botocore.session.Session``
(``get_credentials``, ``get_scoped_config``, ``_credentials``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from botocore.credentials import Credentials
from botocore.exceptions import ProfileNotFound
from botocore.session import Session
from botocore.signers import RequestSigner

from .environment import ACCESS_KEY, SECRET_KEY
from .replacements import Replacement

if TYPE_CHECKING:
    from collections.abc import Callable


class _Switch:
    """Whether credentials are mocked, as moto's configuration of the mock started last says."""

    mocks = True


switch = _Switch()
# Made while a mock is on: what they find, they find in the hidden environment or were given by the test.
_made_inside: WeakSet[Any] = WeakSet()


def _mocked() -> Credentials:
    return Credentials(ACCESS_KEY, SECRET_KEY)


def _is_static(credentials: Any) -> bool:
    return type(credentials) is Credentials


def _made(original: Callable[..., Any], made: Any, *args: Any, **kwargs: Any) -> Any:
    _made_inside.add(made)
    return original(made, *args, **kwargs)


def _get_auth_instance(original: Callable[..., Any], signer: Any, *args: Any, **kwargs: Any) -> Any:
    own = signer._credentials
    if not switch.mocks or signer in _made_inside or _is_static(own):
        return original(signer, *args, **kwargs)
    # Of a client made earlier: its own come back afterwards, not refreshed by anybody.
    signer._credentials = _mocked()
    try:
        return original(signer, *args, **kwargs)
    finally:
        signer._credentials = own


def _get_credentials(original: Callable[..., Any], session: Any) -> Any:
    if not switch.mocks:
        return original(session)
    if session in _made_inside:
        return original(session) or _mocked()
    own = session._credentials
    return own if _is_static(own) else _mocked()


def _get_scoped_config(original: Callable[..., Any], session: Any) -> Any:
    try:
        return original(session)
    except ProfileNotFound:
        # The user's files are hidden; any profile is as good as none.
        if not switch.mocks:
            raise
        return {}


class MockedCredentials:
    """Between `install` and `remove`, nothing is signed with what the user would have to fetch."""

    def __init__(self) -> None:
        self._replacements = [
            Replacement(Session, "__init__", _made),
            Replacement(RequestSigner, "__init__", _made),
            Replacement(RequestSigner, "get_auth_instance", _get_auth_instance),
            Replacement(RequestSigner, "get_auth", _get_auth_instance),
            Replacement(Session, "get_credentials", _get_credentials),
            Replacement(Session, "get_scoped_config", _get_scoped_config),
        ]

    def install(self) -> None:
        """Sign with the mock's credentials."""
        for replacement in self._replacements:
            replacement.install()

    def remove(self) -> None:
        """Sign with everybody's own again."""
        for replacement in reversed(self._replacements):
            replacement.remove()
