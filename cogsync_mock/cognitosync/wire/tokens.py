"""Sync session tokens and page tokens: opaque to clients, checked when they come back.

A session token says by itself to whom it was given and until when it is good, so that giving one costs no memory;
only spent ones are remembered.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import struct
from typing import Any

from cogsync_mock.cognitosync.exceptions import BrokenNextToken, SyncSessionTokenNotValid

#: How long a token is good, in seconds (chosen; the reference only speaks of "an expiration").
LIFETIME = 3600.0
#: 249 bytes are the 332 characters that tokens were observed to have.
_LENGTH = 249
_HEAD = struct.Struct(">16sd")


class Sessions:
    """The sync sessions of one account and region."""

    def __init__(self) -> None:
        self._secret = os.urandom(32)
        self._spent: dict[bytes, float] = {}

    def begin(self, about: tuple[str, str, str], now: float) -> str:
        """Return a new token for a pool, an identity and a dataset."""
        head = _HEAD.pack(os.urandom(16), now + LIFETIME)
        return base64.b64encode(head + self._seal(head, about)).decode()

    def check(self, token: str, about: tuple[str, str, str], now: float) -> None:
        """Refuse a token that is not good for this pool, identity and dataset.

        Raises:
            SyncSessionTokenNotValid: if it is another's, spent, expired or no token at all.
        """
        self._session(token, about, now)

    def spend(self, token: str, about: tuple[str, str, str], now: float) -> None:
        """Let nobody use a good token again."""
        while self._spent and next(iter(self._spent.values())) < now:
            del self._spent[next(iter(self._spent))]
        session, expiry = self._session(token, about, now)
        self._spent[session] = expiry

    def _session(self, token: str, about: tuple[str, str, str], now: float) -> tuple[bytes, float]:
        try:
            content = base64.b64decode(token, validate=True)
        except ValueError:
            raise SyncSessionTokenNotValid from None
        head, seal = content[: _HEAD.size], content[_HEAD.size :]
        if len(content) != _LENGTH or not hmac.compare_digest(seal, self._seal(head, about)):
            raise SyncSessionTokenNotValid
        session, expiry = _HEAD.unpack(head)
        if session in self._spent or expiry < now:
            raise SyncSessionTokenNotValid
        return session, expiry

    def _seal(self, head: bytes, about: tuple[str, str, str]) -> bytes:
        named = json.dumps(about).encode()
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
