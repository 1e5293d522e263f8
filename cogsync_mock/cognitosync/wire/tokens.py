"""Sync session tokens and page tokens: opaque to clients, checked when they come back.

A session token says by itself to whom it was given and until when it is good, so that giving one costs no memory;
only spent ones are remembered.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from cogsync_mock.cognitosync.exceptions import BrokenNextToken, SyncSessionTokenNotValid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: How long a token is good, in seconds (chosen; the reference only speaks of "an expiration").
LIFETIME = 3600.0
#: 249 bytes are the 332 characters that tokens were observed to have.
_LENGTH = 249
_HEAD = struct.Struct(">16sd")
_SECRET = 32


class DatasetKey(NamedTuple):
    """Which dataset a token is about."""

    identity_pool_id: str
    identity_id: str
    dataset_name: str


class Sessions:
    """The sync sessions of one account and region."""

    def __init__(self) -> None:
        # Made with the first token: a random number earlier would change those that others draw.
        self._secret = b""
        self._spent: dict[bytes, float] = {}

    def to_dict(self) -> dict[str, Any]:
        """Return them as JSON can hold them: tokens given so far stay good, and spent ones spent."""
        return {"secret": self._secret.hex(), "spent": {session.hex(): until for session, until in self._spent.items()}}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Sessions:
        """Return the sessions that `to_dict` described."""
        sessions = cls()
        sessions._secret = bytes.fromhex(content["secret"])
        sessions._spent = {bytes.fromhex(session): until for session, until in content["spent"].items()}
        return sessions

    def begin(self, key: DatasetKey, now: float, random_bytes: Callable[[int], bytes]) -> str:
        """Return a new token for a dataset.

        Args:
            key: the dataset.
            now: epoch seconds.
            random_bytes: gives so many random bytes.
        """
        self._secret = self._secret or random_bytes(_SECRET)
        head = _HEAD.pack(random_bytes(16), now + LIFETIME)
        return base64.b64encode(head + self._seal(head, key)).decode()

    def check(self, token: str, key: DatasetKey, now: float) -> None:
        """Refuse a token that is not good for this dataset.

        Raises:
            SyncSessionTokenNotValid: if it is another's, spent, expired or no token at all.
        """
        self._session(token, key, now)

    def spend(self, token: str, key: DatasetKey, now: float) -> None:
        """Let nobody use a good token again."""
        while self._spent and next(iter(self._spent.values())) < now:
            del self._spent[next(iter(self._spent))]
        session, expiry = self._session(token, key, now)
        self._spent[session] = expiry

    def _session(self, token: str, key: DatasetKey, now: float) -> tuple[bytes, float]:
        try:
            content = base64.b64decode(token, validate=True)
        except ValueError:
            raise SyncSessionTokenNotValid from None
        head, seal = content[: _HEAD.size], content[_HEAD.size :]
        if len(content) != _LENGTH or not hmac.compare_digest(seal, self._seal(head, key)):
            raise SyncSessionTokenNotValid
        session, expiry = _HEAD.unpack(head)
        if session in self._spent or expiry < now:
            raise SyncSessionTokenNotValid
        return session, expiry

    def _seal(self, head: bytes, key: DatasetKey) -> bytes:
        named = json.dumps(key).encode()
        return hashlib.shake_256(self._secret + head + named).digest(_LENGTH - _HEAD.size)


def page_token(*position: Any) -> str:
    """Return a NextToken that stands for a position."""
    return base64.b64encode(json.dumps(position).encode()).decode()


def position_of(token: str, *kinds: type) -> tuple[Any, ...]:
    """Return the position that a NextToken stands for.

    Raises:
        BrokenNextToken: if it is none that `page_token` gave for values of these types.
    """
    try:
        position = json.loads(base64.b64decode(token, validate=True))
    except (ValueError, RecursionError):
        raise BrokenNextToken from None
    if not isinstance(position, list) or [type(value) for value in position] != list(kinds):
        raise BrokenNextToken
    return tuple(position)


def pool_token(identity_pool_id: str) -> str:
    """Return the NextToken of ListIdentityPoolUsage: base64 of the id of the next pool (documented sample)."""
    return base64.b64encode(identity_pool_id.encode()).decode()


def pool_of(token: str) -> str:
    """Return the id of the pool that a NextToken of ListIdentityPoolUsage stands for.

    Raises:
        BrokenNextToken: if it is not an id in base64.
    """
    try:
        identity_pool_id = base64.b64decode(token, validate=True).decode("ascii")
    except ValueError:
        raise BrokenNextToken from None
    if ":" not in identity_pool_id:
        raise BrokenNextToken
    return identity_pool_id
