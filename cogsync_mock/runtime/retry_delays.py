"""Retries without waiting: botocore repeats as in production, and the log says how long it would have waited.

Uses ``botocore.endpoint.time`` (what waits between attempts), ``botocore.retries.bucket.TokenBucket._acquire`` (what
adaptive retries wait in; with its ``_refill``, ``_sleep_amount`` and ``_current_capacity``) and, since botocore has it,
``botocore.retries.standard.RetryHandler``'s ``_sleep``.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import botocore.endpoint
from botocore.retries import bucket, standard

from cogsync_mock.aws.exchange import current_api_call

from .replacements import Replacement

if TYPE_CHECKING:
    from collections.abc import Callable


class _Switch:
    """Whether botocore really waits, as the option ``retry_delays`` of the mock started last says."""

    waits = False


switch = _Switch()


def _skip(seconds: float) -> None:
    if switch.waits:
        time.sleep(seconds)
        return
    api_call = current_api_call.get()
    if api_call is not None and api_call.record is not None:
        api_call.record.waited += seconds


class _Time:
    """Stands in for the module ``time`` in botocore's endpoint."""

    sleep = staticmethod(_skip)

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


def _acquire(original: Callable[..., Any], tokens: Any, amount: float, block: bool) -> Any:  # noqa: FBT001  # botocore's
    if switch.waits or not block:
        return original(tokens, amount, block)
    tokens._refill()
    missing = tokens._sleep_amount(amount)
    if missing > 0:
        _skip(missing)
    # As if the time had passed: what was refilled meanwhile is taken at once.
    tokens._current_capacity = max(0.0, tokens._current_capacity - amount)
    return True


def _needs_retry(original: Callable[..., Any], handler: Any, **kwargs: Any) -> Any:
    # Long polls that are out of quota wait by a function that each handler keeps.
    if vars(handler).get("_sleep") is time.sleep:
        handler._sleep = _skip
    return original(handler, **kwargs)


class RetryDelays:
    """Takes the waiting out of botocore between `install` and `remove`."""

    def __init__(self) -> None:
        self._replacements = [
            Replacement(bucket.TokenBucket, "_acquire", _acquire),
            Replacement(standard.RetryHandler, "needs_retry", _needs_retry),
        ]

    def install(self) -> None:
        """Wait no longer, unless the options say otherwise."""
        vars(botocore.endpoint)["time"] = _Time()
        for replacement in self._replacements:
            replacement.install()

    def remove(self) -> None:
        """Wait again."""
        for replacement in self._replacements:
            replacement.remove()
        if isinstance(vars(botocore.endpoint)["time"], _Time):
            vars(botocore.endpoint)["time"] = time
