"""What all of the examples share; that this file stands here also makes ``gamesync`` importable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from gamesync.pools import Game, load

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", autouse=True)
def _no_region_of_the_developers() -> Iterator[None]:
    """A region set in the developer's shell would win over the mock's own, and these tests name theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_DEFAULT_REGION", raising=False)
        yield


@pytest.fixture
def config() -> Path:
    """The studio's configuration file."""
    return Path(__file__).parent / "games.json"


@pytest.fixture
def dungeon(config: Path) -> Game:
    """The studio's first game."""
    return load(config)[0]
