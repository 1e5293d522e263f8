"""pytest plugin: while tests are collected, ``from moto import mock_aws`` gives this package's mock."""

from __future__ import annotations

from typing import Any

import moto

import cogsync_mock

_original = moto.mock_aws


def mock_aws(func: Any = None, **options: Any) -> Any:
    """Accept moto's arguments. The function's name matters: it is part of the ids of tests parametrized with it."""
    return cogsync_mock.mock_aws(func, **options)


def pytest_collection_finish() -> None:
    """Put moto's own back: all test modules have imported the name by now, and this package needs moto's."""
    moto.mock_aws = _original


# At import, because tests/conftest.py of moto is imported before the first hook that this plugin could use.
moto.mock_aws = mock_aws
