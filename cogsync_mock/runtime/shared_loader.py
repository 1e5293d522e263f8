"""The loaders of sessions that read every file once, and the models of services that clients share.

What a user asks a session or a loader for is read anew, for it may be changed; what botocore asks for is shared.
Private names of botocore that are used here, beside those in `botocore_sharing`:

    ``loaders.Loader``       ``_search_paths``, ``_extras_types``, ``file_loader``
    ``model.ServiceModel``   ``_shape_resolver``, the same in all copies of a model
    `_READERS`               the functions that read data and do not hand them to users, among them
                             ``_load_service_endpoints_ruleset``, ``_register_legacy_retries``, ``_get_waiter_config``
"""

from __future__ import annotations

import copy
import os
import sys
from typing import TYPE_CHECKING, Any

import boto3
import botocore
import botocore.loaders
import botocore.model

if TYPE_CHECKING:
    import types
    from collections.abc import Iterator

#: Where botocore and boto3 keep their own data, which no process changes.
_INSTALLED = frozenset(os.path.join(package.__path__[0], "data") for package in (botocore, boto3))  # noqa: PTH118  # as they do
#: A directory of other models with more files than this is read anew by every session.
_MAX_CUSTOM_FILES = 200
#: The functions that read data and do not hand them to users, by module and name.
_READERS = frozenset(
    {
        ("botocore.client", "create_client"),
        ("botocore.client", "_load_service_endpoints_ruleset"),
        ("botocore.client", "_register_legacy_retries"),
        ("botocore.client", "can_paginate"),
        ("botocore.client", "_get_waiter_config"),
        ("botocore.session", "create_default_resolver"),
        ("botocore.session", "create_default_config_resolver"),
        ("boto3.session", "resource"),
        ("aiobotocore.client", "create_client"),
        ("aiobotocore.client", "can_paginate"),
        ("aiobotocore.client", "_get_waiter_config"),
    }
)


class Switch:
    """Whether a mock is on: what was made inside and outlives it goes botocore's own way again."""

    is_on = False


class SharedLoader(botocore.loaders.Loader):
    """A session's own loader, which reads the files of its data path only if no other session has read them.

    Its search path is its own: what a user adds to it is seen by this session alone.
    """

    _search_paths: list[str]
    _extras_types: list[str]

    def list_available_services(self, type_name: str) -> list[str]:
        """List the services of the data path."""
        loader: Any = self._common() or super()
        return [*loader.list_available_services(type_name)]

    def list_api_versions(self, service_name: str, type_name: str) -> list[str]:
        """List the versions of a service's API."""
        loader: Any = self._common() or super()
        return [*loader.list_api_versions(service_name, type_name)]

    def determine_latest_version(self, service_name: str, type_name: str) -> str:
        """Return the newest version of a service's API."""
        loader: Any = self._common() or super()
        latest: str = loader.determine_latest_version(service_name, type_name)
        return latest

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        """Return a description of a service: the common one for botocore, one of its own for anybody else."""
        common = self._common() if _is_reader(sys._getframe(1)) else None
        if common is None:
            return super().load_service_model(service_name, type_name, api_version)
        return common.handed_out(common.load_service_model(service_name, type_name, api_version))

    def load_data(self, name: str) -> Any:
        """Return data: the common ones for botocore, ones of its own for anybody else."""
        common = self._common() if _is_reader(sys._getframe(1)) else None
        return super().load_data(name) if common is None else common.handed_out(common.load_data(name))

    def load_data_with_path(self, name: str) -> Any:
        """Return data and where they stand, as `load_data` does."""
        common = self._common() if _is_reader(sys._getframe(1)) else None
        return super().load_data_with_path(name) if common is None else common.load_data_with_path(name)

    def service(self, service_name: str, api_version: str | None) -> SharedService | None:
        """Return what the clients of a service share, or None if this loader shares nothing."""
        common = self._common()
        if common is None:
            return None
        version = api_version or common.determine_latest_version(service_name, "service-2")
        service = common.services.get((service_name, version))
        if service is None:
            description = common.load_service_model(service_name, "service-2", version)
            service = SharedService(botocore.model.ServiceModel(description, service_name))
            service = common.services.setdefault((service_name, version), service)
        return service

    def _common(self) -> _CommonLoader | None:
        if not Switch.is_on or type(self.file_loader) is not botocore.loaders.JSONFileLoader:
            return None
        paths = tuple(self._search_paths)
        try:
            stamp = tuple(file for path in paths if path not in _INSTALLED for file in _custom_files(path))
        except OSError:
            return None
        if len(stamp) > _MAX_CUSTOM_FILES:
            return None
        key = (paths, tuple(self._extras_types))
        common = _common_loaders.get(key)
        if common is None or common.stamp != stamp:
            common = _common_loaders[key] = _CommonLoader(paths, self._extras_types, stamp)
        return common


class _CommonLoader(botocore.loaders.Loader):
    """The one loader of a data path, and what was made of the data it read."""

    def __init__(self, paths: tuple[str, ...], extras_types: list[str], stamp: tuple[Any, ...]) -> None:
        super().__init__([*paths], include_default_search_paths=False)
        self._extras_types = [*extras_types]
        self.stamp = stamp
        self.services: dict[tuple[str, str], SharedService] = {}

    @staticmethod
    def handed_out(data: Any) -> Any:
        """Remember that these data are shared: what is made of them may be, too."""
        return _shared_data.setdefault(id(data), data)


class SharedService:
    """What clients of one service have in common: the model with its shapes and operations, and the methods."""

    def __init__(self, model: Any) -> None:
        for name in model.operation_names:
            # Now, so that operations know this model, which nobody else has, and not a client's copy of it.
            model.operation_model(name)
        self._model = model
        self.made: dict[Any, dict[str, Any]] = {}
        _by_shapes[model._shape_resolver] = self

    def model(self) -> Any:
        """Return the model for one client: an object of its own, around the same shapes and operations."""
        return copy.copy(self._model)


_common_loaders: dict[Any, _CommonLoader] = {}
_shared_data: dict[int, Any] = {}
_by_shapes: dict[Any, SharedService] = {}


def _is_reader(frame: types.FrameType) -> bool:
    return (frame.f_globals.get("__name__"), frame.f_code.co_name) in _READERS


def _custom_files(path: str) -> Iterator[tuple[Any, ...]]:
    """Yield what changes when a user's own models do."""
    if not os.path.isdir(path):  # noqa: PTH112  # asked at each load, where a Path would cost more than the question
        return
    for number, (folder, _, names) in enumerate(os.walk(path)):
        for name in names:
            status = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118  # the same
            yield folder, name, status.st_mtime_ns, status.st_size
        if number > _MAX_CUSTOM_FILES:
            raise OSError("too many folders to look at")


def service_of(model: Any) -> SharedService | None:
    """Return the service whose model this is, or None if it is not a shared one."""
    return _by_shapes.get(model._shape_resolver)


def is_shared(data: Any) -> bool:
    """Return whether data came from a common loader, so that what is made of them may be shared, too."""
    return _shared_data.get(id(data)) is data
