"""moto's own API: its seeded random numbers, and its state transitions."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from moto.moto_api import state_manager
from moto.moto_api._internal import mock_random

if TYPE_CHECKING:
    from collections.abc import Mapping

_IMMEDIATE = {"progression": "immediate"}


def random_uuid() -> str:
    """Return a random uuid, the same after the same seed (``/moto-api/seed``)."""
    return str(mock_random.uuid4())


def random_bytes(count: int) -> bytes:
    """Return random bytes, the same after the same seed."""
    return mock_random.getrandbits(8 * count).to_bytes(count, "big")


def random_base32(length: int) -> str:
    """Return random characters of those that access keys have."""
    return base64.b32encode(random_bytes(length)).decode()[:length]


def random_base64(count: int) -> str:
    """Return so many random bytes as base64."""
    return base64.b64encode(random_bytes(count)).decode()


def register_transition(model_name: str) -> None:
    """Let tests control how a state progresses; by default it does at once."""
    state_manager.register_default_transition(model_name=model_name, transition=dict(_IMMEDIATE))


def transition(model_name: str) -> Mapping[str, Any]:
    """Return how a state progresses, as a test wants it."""
    wanted: Mapping[str, Any] = state_manager.get_transition(model_name)
    return wanted
