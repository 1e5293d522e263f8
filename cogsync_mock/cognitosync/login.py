"""How users log in: what moto's cognito-identity and STS leave out, put in while the mock is on.

Each identity gets credentials of its own, the identities of developer providers exist, the same login is the same
identity, and an OpenID Connect token of cognito-identity can be exchanged at STS (the basic flow).
"""

from __future__ import annotations

import base64
import functools
import json
import sys
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import wrapt
from moto.core.utils import unix_time

from . import siblings
from .identity import (
    LIFETIME,
    SESSION_NAME,
    IdentityCredentials,
    claims_of,
    know,
    open_id_token,
    well_formed_keys,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

#: How long a token is good if nothing else is asked for, in seconds (documented).
DEVELOPER_TOKEN_LIFETIME = 900
TOKEN_LIFETIME = 600


class _Directory:
    """What moto does not keep of an identity pool: which login is which identity, and the roles."""

    def __init__(self) -> None:
        self.logins: dict[tuple[str, str], str] = {}
        self.roles: dict[str, str] = {}
        self.role_mappings: dict[str, Any] = {}


# By moto's own object for a pool, so that a pool that is gone takes its logins with it.
_directories: WeakKeyDictionary[Any, _Directory] = WeakKeyDictionary()
_logging_in = threading.Lock()


def _directory(pool: Any) -> _Directory:
    return _directories.setdefault(pool, _Directory())


# ---------------------------------------------------------------- credentials


def issue(
    account_id: str, identity_id: str, *, logged_in: bool = True, role_arn: str | None = None
) -> IdentityCredentials | None:
    """Give an identity new temporary credentials, of the role that its pool has for it.

    Args:
        account_id: the account.
        identity_id: the identity.
        logged_in: whether it is the pool's role for authenticated identities, or the other one if there is only that.
        role_arn: another role.

    Returns:
        The credentials, or None if no pool has such an identity.
    """
    home = siblings.pool_of_identity(account_id, identity_id)
    if home is None:
        return None
    region, pool = home
    roles = _directory(pool).roles
    if role_arn is None:
        role_arn = (roles.get("authenticated") if logged_in else None) or roles.get("unauthenticated")
    if role_arn is None:
        keys = (*well_formed_keys(), unix_time() + LIFETIME)
    else:
        keys = siblings.keys_of(siblings.assume_role(account_id, region, role_arn, SESSION_NAME, LIFETIME))
    return know(IdentityCredentials(*keys, account_id, pool.identity_pool_id, identity_id, role_arn))


def set_roles(pool: Any, roles: Mapping[str, str], role_mappings: Mapping[str, Any]) -> None:
    """Set the roles of a pool, cognito-identity's own object, in place of those it had."""
    directory = _directory(pool)
    directory.roles, directory.role_mappings = dict(roles), dict(role_mappings)


# ----------------------------------------------- operations of cognito-identity


def _get_id(asked: Any, original: Callable[[], str]) -> str:
    """GetId: the same login is the same identity; without one, every call makes another (documented)."""
    _, pool = _pool_of(asked)
    logins = _keys(siblings.parameter(asked, "Logins") or {})
    if not logins:
        return original()
    directory = _directory(pool)
    with _logging_in:
        known = next((directory.logins[key] for key in logins if key in directory.logins), None)
        identity_id = known or str(json.loads(original())["IdentityId"])
        directory.logins.update(dict.fromkeys(logins, identity_id))
    return json.dumps({"IdentityId": identity_id})


def _get_credentials_for_identity(asked: Any, _original: Any) -> str:
    """GetCredentialsForIdentity: the enhanced flow."""
    credentials = issue(
        asked.current_account,
        siblings.parameter(asked, "IdentityId"),
        logged_in=bool(siblings.parameter(asked, "Logins")),
        role_arn=siblings.parameter(asked, "CustomRoleArn"),
    )
    if credentials is None:
        raise _no_identity(siblings.parameter(asked, "IdentityId"))
    return json.dumps(
        {
            "IdentityId": credentials.identity_id,
            "Credentials": {
                "AccessKeyId": credentials.access_key,
                "SecretKey": credentials.secret_key,
                "SessionToken": credentials.session_token,
                "Expiration": credentials.expiration,
            },
        }
    )


def _get_open_id_token(asked: Any, _original: Any) -> str:
    """GetOpenIdToken: the first half of the basic flow."""
    identity_id = siblings.parameter(asked, "IdentityId")
    home = siblings.pool_of_identity(asked.current_account, identity_id)
    if home is None:
        raise _no_identity(identity_id)
    logins = siblings.parameter(asked, "Logins") or {}
    methods = ["authenticated", *logins] if logins else ["unauthenticated"]
    token = open_id_token(home[1].identity_pool_id, identity_id, methods, unix_time(), TOKEN_LIFETIME)
    return json.dumps({"IdentityId": identity_id, "Token": token})


def _get_open_id_token_for_developer_identity(asked: Any, _original: Any) -> str:
    """GetOpenIdTokenForDeveloperIdentity: makes the identity if it does not exist yet."""
    region, pool = _pool_of(asked)
    given, logins = siblings.parameter(asked, "IdentityId"), siblings.parameter(asked, "Logins") or {}
    if not logins:
        raise siblings.refusal("InvalidParameterException", "Please provide at least one login")
    known_ids = siblings.identities(asked.current_account, region, pool.identity_pool_id)
    if given is not None and {"IdentityId": given} not in known_ids:
        raise _no_identity(given)
    directory = _directory(pool)
    with _logging_in:
        found = {directory.logins[key] for key in logins.items() if key in directory.logins}
        if len(found | {given} - {None}) > 1:
            raise siblings.refusal(
                "DeveloperUserAlreadyRegisteredException", "The developer user is already linked to another identity"
            )
        identity_id = given or next(iter(found), None)
        if identity_id is None:
            identity_id = f"{region}:{uuid4()}"
            known_ids.append({"IdentityId": identity_id})
        directory.logins.update(dict.fromkeys(logins.items(), identity_id))
    methods = ["authenticated", *logins]
    lifetime = siblings.parameter(asked, "TokenDuration") or DEVELOPER_TOKEN_LIFETIME
    token = open_id_token(pool.identity_pool_id, identity_id, methods, unix_time(), float(lifetime))
    return json.dumps({"IdentityId": identity_id, "Token": token})


def _set_identity_pool_roles(asked: Any, _original: Any) -> str:
    """SetIdentityPoolRoles, which moto lacks."""
    roles, mappings = (siblings.parameter(asked, name) or {} for name in ("Roles", "RoleMappings"))
    set_roles(_pool_of(asked)[1], roles, mappings)
    return ""


def _get_identity_pool_roles(asked: Any, _original: Any) -> str:
    """GetIdentityPoolRoles, which moto lacks."""
    pool = _pool_of(asked)[1]
    directory = _directory(pool)
    answer = {"IdentityPoolId": pool.identity_pool_id, "Roles": directory.roles}
    return json.dumps({**answer, "RoleMappings": directory.role_mappings} if directory.role_mappings else answer)


def _pool_of(asked: Any) -> tuple[str, Any]:
    # Logins are not signed, so nothing but the pool's id may tell the region.
    identity_pool_id = siblings.parameter(asked, "IdentityPoolId")
    region = identity_pool_id.partition(":")[0]
    try:
        pool = siblings.identity_pool(asked.current_account, region, identity_pool_id)
    except KeyError:
        pool = None
    if pool is None:
        raise siblings.refusal("ResourceNotFoundException", f"IdentityPool '{identity_pool_id}' not found.")
    return region, pool


def _no_identity(identity_id: str) -> Exception:
    return siblings.refusal("ResourceNotFoundException", f"Identity '{identity_id}' not found.")


def _keys(logins: dict[str, str]) -> list[tuple[str, str]]:
    """Return what stays the same of logins from one to the next: the subject of a token, if it is a web token."""
    return [(provider, _subject(token)) for provider, token in logins.items()]


def _subject(token: str) -> str:
    try:
        payload = token.split(".")[1]
        return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])
    except (IndexError, KeyError, TypeError, ValueError):
        return token


# ----------------------------------------------------------- operations of STS

_claims: ContextVar[dict[str, Any] | None] = ContextVar("claims", default=None)
_STS_ERROR = (
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
    "<Code>ExpiredTokenException</Code><Message>Token expired: current date/time {now} must be before the expiration "
    "date/time {expiry}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
)


def _assume_role_with_web_identity(asked: Any, original: Callable[[], Any]) -> Any:
    """AssumeRoleWithWebIdentity: the second half of the basic flow, if the token is one of cognito-identity."""
    claims = claims_of(siblings.parameter(asked, "WebIdentityToken") or "")
    if claims is not None and claims["exp"] < unix_time():
        error = _STS_ERROR.format(now=int(unix_time()), expiry=claims["exp"], request_id=uuid4())
        return 400, {"status": 400, "content-type": "text/xml"}, error
    before = _claims.set(claims)
    try:
        return original()
    finally:
        _claims.reset(before)


def _role_assumed_with_web_identity(_backend: Any, original: Callable[..., Any], **parameters: Any) -> Any:
    """Know whose credentials STS has just given out."""
    role, claims = original(**parameters), _claims.get()
    if claims is not None:
        keys = siblings.keys_of(role)
        know(IdentityCredentials(*keys, role.account_id, claims["aud"], claims["sub"], role.role_arn))
    return role


# --------------------------------------------------------------------- on, off

_COMPLETED: dict[str, dict[str, Callable[..., Any]]] = {
    "CognitoIdentityResponse": {
        "get_id": _get_id,
        "get_credentials_for_identity": _get_credentials_for_identity,
        "get_open_id_token": _get_open_id_token,
        "get_open_id_token_for_developer_identity": _get_open_id_token_for_developer_identity,
        "set_identity_pool_roles": _set_identity_pool_roles,
        "get_identity_pool_roles": _get_identity_pool_roles,
    },
    "TokenResponse": {"assume_role_with_web_identity": _assume_role_with_web_identity},
    "STSBackend": {"assume_role_with_web_identity": _role_assumed_with_web_identity},
}
_ABSENT: Any = object()
_served: ContextVar[bool] = ContextVar("served", default=False)


class Login:
    """Switched on by the first who needs it, a mock or a server, and off by the last.

    A server completes what its own clients ask for; only a mock completes what this process asks for.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._mocks = 0
        self._servers = 0
        self._hooked = False
        self._undo: list[tuple[type, str, Any]] = []

    def install(self, *, for_server: bool = False) -> None:
        """Complete moto's classes, those that are not imported yet as soon as they are."""
        if not self._hooked:
            # Outside the lock, for the hooks themselves take it.
            self._hooked = True
            for module in siblings.LOGIN_CLASSES:
                wrapt.register_post_import_hook(self._complete, module)
        with self._lock:
            self._servers += for_server
            self._mocks += not for_server
            for module in siblings.LOGIN_CLASSES:
                if module in sys.modules:
                    self._complete(sys.modules[module])

    def remove(self, *, for_server: bool = False) -> None:
        """Put moto's own methods back, unless somebody else needs ours."""
        with self._lock:
            self._servers -= for_server
            self._mocks -= not for_server
            while self._undo and not self._mocks and not self._servers:
                owner, name, original = self._undo.pop()
                if original is _ABSENT:
                    delattr(owner, name)
                else:
                    setattr(owner, name, original)

    @contextmanager
    def served(self) -> Iterator[None]:
        """Complete what is answered meanwhile, in this thread, mock or no mock."""
        before = _served.set(True)
        try:
            yield
        finally:
            _served.reset(before)

    def _complete(self, module: ModuleType) -> None:
        with self._lock:
            class_name = siblings.LOGIN_CLASSES[module.__name__]
            # A module that is being imported has no class yet; its hook will come.
            owner = getattr(module, class_name, None)
            idle = not self._mocks and not self._servers
            if idle or owner is None or any(owner is done for done, _, _ in self._undo):
                return
            for name, complete in _COMPLETED[class_name].items():
                original = vars(owner).get(name, _ABSENT)
                self._undo.append((owner, name, original))
                setattr(owner, name, self._method(original, complete))

    def _method(self, original: Any, complete: Callable[..., Any]) -> Callable[..., Any]:
        # A plain function, because moto looks for those to tell which operations there are.
        def method(asked: Any, **parameters: Any) -> Any:
            if original is _ABSENT:
                return complete(asked, None, **parameters)
            motos = functools.partial(original, asked)
            return complete(asked, motos, **parameters) if self._mocks or _served.get() else motos(**parameters)

        return method


login = Login()
