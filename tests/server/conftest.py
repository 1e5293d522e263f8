"""What all tests of the server share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def clients_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The server keeps connections, so clients have some to close; older versions of urllib3 complain otherwise."""
    made: list[Any] = []
    create: Any = boto3.Session.client

    def client(session: boto3.Session, *args: Any, **kwargs: Any) -> Any:
        made.append(create(session, *args, **kwargs))
        return made[-1]

    monkeypatch.setattr(boto3.Session, "client", client)
    yield
    for one in made:
        one.close()
