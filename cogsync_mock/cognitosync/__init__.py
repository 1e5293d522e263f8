"""Amazon Cognito Sync in moto's shape: this folder could move into moto as it stands.

``contract``, ``validation``, ``protocol``, ``exceptions`` are the engine and know nothing of moto.
``models``, ``responses``, ``siblings``, ``urls`` are moto's side of it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .models import cognitosync_backends as cognitosync_backends

__all__ = ["cognitosync_backends"]


def __getattr__(name: str) -> Any:
    """Load moto's side on first use, so that the engine alone stays free of moto."""
    if name == "cognitosync_backends":
        from .models import cognitosync_backends

        return cognitosync_backends
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
