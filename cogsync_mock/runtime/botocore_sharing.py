"""What is put into botocore so that sessions and clients share what they only read: every private name it takes.

botocore
    ``session.create_loader``                          makes the loader of a new session
    ``session.Session._register_builtin_handlers``     ``(events)``, fills a new session's emitter
    ``client.ClientCreator``                           ``_loader``, ``_event_emitter``, ``_load_service_model``,
                                                       ``_create_methods``, ``_create_name_mapping``
    ``hooks.HierarchicalEmitter``                      ``_handlers``, ``_unique_id_handlers``
    ``hooks._PrefixTrie``                              ``_root``: nodes of chunk, children and values (``NodeList``);
                                                       ``append_item``, ``remove_item``, ``__copy__``
    ``hooks.EventAliaser``                             ``_emitter``, ``_event_aliases``, ``_alias_name_cache``,
                                                       ``_alias_event_name``
    ``hooks.accepts_kwargs``                           whether a handler takes ``**kwargs``
    ``regions.EndpointProvider``                       the rules of a service's endpoints, ready to be asked

Each replacement takes the short way only for the very objects that botocore made itself: a session with a loader, an
emitter or a client creator of another kind gets botocore's own methods, and so does everybody while no mock is on.
`shared_loader` has the names of loaders and models.
`session_cache` installs the replacements and checks first whether these names are what they were.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import types
from typing import TYPE_CHECKING, Any, NamedTuple

import botocore.client
import botocore.handlers
import botocore.hooks
import botocore.loaders
import botocore.model
import botocore.regions
import botocore.session
from botocore.exceptions import DataNotFoundError
from botocore.utils import EVENT_ALIASES

from .shared_loader import SharedLoader, Switch, is_shared, service_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MAX_ALIASES = 50_000
#: Untyped: the stubs leave out what is private.
_hooks: Any = botocore.hooks


class Replacement(NamedTuple):
    """One name of botocore and what takes its place.

    Attributes:
        owner: the module or class that has the name.
        name: the name.
        parameters: one of these the original must have for the replacement to fit.
        make: given the original, returns what takes its place.
    """

    owner: Any
    name: str
    parameters: Sequence[tuple[str, ...]]
    make: Callable[[Any], Any]


def _create_loader(original: Any) -> Any:
    def create_loader(search_path_string: str | None = None) -> Any:
        loader = original(search_path_string)
        if Switch.is_on and type(loader) is botocore.loaders.Loader:
            loader.__class__ = SharedLoader
        return loader

    return create_loader


def _load_service_model(original: Any) -> Any:
    def _load_service_model(self: Any, service_name: str, api_version: str | None = None) -> Any:
        service = None
        if type(self._loader) is SharedLoader:
            with contextlib.suppress(DataNotFoundError):  # botocore says best what is unknown
                service = self._loader.service(service_name, api_version)
        return original(self, service_name, api_version) if service is None else service.model()

    return _load_service_model


def _of_operations(original: Any) -> Any:
    """Make what depends on nothing but the operations of a service once for each service."""

    def method(self: Any, service_model: Any) -> Any:
        service = service_of(service_model)
        if not Switch.is_on or service is None or type(self) is not botocore.client.ClientCreator:
            return original(self, service_model)
        made = service.made.get(original)
        if made is None:
            # The methods' documentation is written by an emitter that belongs to no user's session.
            neutral: Any = copy.copy(self)
            neutral._event_emitter = botocore.session.Session().get_component("event_emitter")
            made = service.made[original] = original(neutral, service.model())
        return dict(made)

    return method


class _Template(NamedTuple):
    handlers: list[Any]
    emitter: Any


def _register_builtin_handlers(original: Any) -> Any:
    templates: list[_Template] = []

    def _register_builtin_handlers(self: Any, events: Any) -> None:
        if not Switch.is_on or type(self) is not botocore.session.Session or not _is_new(events):
            original(self, events)
            return
        handlers = botocore.handlers.BUILTIN_HANDLERS
        template = templates[-1] if templates else None
        if template is None or template.handlers != handlers:
            original(self, events)
            templates[:] = [_Template([*handlers], copy.copy(events._emitter))]
            return
        emitter = events._emitter
        emitter._handlers = copy.copy(template.emitter._handlers)
        emitter._unique_id_handlers = copy.copy(template.emitter._unique_id_handlers)

    return _register_builtin_handlers


def _is_new(events: Any) -> bool:
    """Return whether an emitter is botocore's own, and nobody has registered anything with it."""
    if type(events) is not _hooks.EventAliaser or events._event_aliases is not EVENT_ALIASES:
        return False
    emitter = events._emitter
    if type(emitter) is not _hooks.HierarchicalEmitter:
        return False
    return not emitter._unique_id_handlers and not emitter._handlers._root["children"]


def _alias_event_name(original: Any) -> Any:
    known: dict[str, str] = {}

    def _alias_event_name(self: Any, event_name: str) -> Any:
        name = self._alias_name_cache.get(event_name)
        if name is not None:
            return name
        if not Switch.is_on or self._event_aliases != EVENT_ALIASES:
            return original(self, event_name)
        name = known.get(event_name)
        if name is None:
            name = original(self, event_name)
            if len(known) > _MAX_ALIASES:
                known.clear()
            known[event_name] = name
        self._alias_name_cache[event_name] = name
        return name

    return _alias_event_name


def _copy_of_handlers(original: Any) -> Any:
    def __copy__(self: Any) -> Any:  # noqa: N807  # botocore's name
        if not Switch.is_on or type(self) is not _hooks._PrefixTrie:
            return original(self)
        # From now on it must not change what it has in common with its copies.
        self.__class__ = _CopiedHandlers
        self._own = {}
        return copy.copy(self)

    return __copy__


class _CopiedHandlers(_hooks._PrefixTrie):  # type: ignore[misc]  # untyped
    """Handlers of events that are copied when they are changed, node by node: a client changes a tenth of them."""

    _root: dict[str, Any]
    # The nodes that no other copy has, by id.
    _own: dict[int, Any]

    def __copy__(self) -> _CopiedHandlers:
        copied = _CopiedHandlers()
        self._own = {}
        copied._own = {}
        copied._root = self._root
        return copied

    def append_item(self, key: str, value: Any, *section: Any, **sections: Any) -> None:
        """Add a handler, to these handlers alone."""
        self._make_own(key)
        super().append_item(key, value, *section, **sections)

    def remove_item(self, key: str, value: Any) -> None:
        """Remove a handler, from these handlers alone."""
        self._make_own(key)
        super().remove_item(key, value)

    def _make_own(self, key: str) -> None:
        node = self._root = self._owned(self._root)
        for part in key.split("."):
            children = node["children"]
            if part not in children:
                return
            node = children[part] = self._owned(children[part])

    def _owned(self, node: dict[str, Any]) -> dict[str, Any]:
        if id(node) in self._own:
            return node
        values = node["values"]
        owned = {
            **node,
            "children": {**node["children"]},
            "values": values and _hooks.NodeList(values.first[:], values.middle[:], values.last[:]),
        }
        self._own[id(owned)] = owned
        return owned


def _accepts_kwargs(original: Any) -> Any:
    def accepts_kwargs(func: Any) -> Any:
        function = func.__func__ if type(func) is types.MethodType else func
        # A function that wraps another or carries a signature has something in its dictionary.
        if type(function) is not types.FunctionType or function.__dict__:
            return original(func)
        return bool(function.__code__.co_flags & inspect.CO_VARKEYWORDS)

    return accepts_kwargs


def _endpoint_provider(original: Any) -> Any:
    made: dict[Any, Any] = {}

    def endpoint_provider(ruleset_data: Any, partition_data: Any, **kwargs: Any) -> Any:
        if not Switch.is_on or not is_shared(ruleset_data) or not is_shared(partition_data):
            return original(ruleset_data, partition_data, **kwargs)
        options = tuple((name, frozenset(value) if isinstance(value, set) else value) for name, value in kwargs.items())
        key = (id(ruleset_data), id(partition_data), options)
        provider = made.get(key)
        if provider is None:
            provider = made[key] = original(ruleset_data, partition_data, **kwargs)
        return provider

    return endpoint_provider


REPLACEMENTS = (
    Replacement(botocore.session, "create_loader", [("search_path_string",)], _create_loader),
    Replacement(
        botocore.session.Session, "_register_builtin_handlers", [("self", "events")], _register_builtin_handlers
    ),
    Replacement(
        botocore.client.ClientCreator,
        "_load_service_model",
        [("self", "service_name", "api_version")],
        _load_service_model,
    ),
    Replacement(botocore.client.ClientCreator, "_create_methods", [("self", "service_model")], _of_operations),
    Replacement(botocore.client.ClientCreator, "_create_name_mapping", [("self", "service_model")], _of_operations),
    Replacement(botocore.hooks.EventAliaser, "_alias_event_name", [("self", "event_name")], _alias_event_name),
    Replacement(_hooks._PrefixTrie, "__copy__", [("self",)], _copy_of_handlers),
    Replacement(botocore.hooks, "accepts_kwargs", [("func",)], _accepts_kwargs),
    Replacement(
        botocore.regions,
        "EndpointProvider",
        [("ruleset_data", "partition_data"), ("ruleset_data", "partition_data", "excluded_params")],
        _endpoint_provider,
    ),
)


def probe() -> None:
    """Make sure that what the replacements reach into is there.

    Raises:
        AttributeError: if botocore has no such attribute.
        ValueError: if it is not what it was.
    """
    events = _hooks.EventAliaser(_hooks.HierarchicalEmitter())
    if not _is_new(events) or events._alias_name_cache != {}:
        raise ValueError("a new emitter is not empty")
    events.register("before-call.s3", probe_handler)
    events.register_first("before-call.s3", probe_handler)
    trie = events._emitter._handlers
    leaf = {"chunk": "s3", "values": _hooks.NodeList([probe_handler], [probe_handler], []), "children": {}}
    branch = {"chunk": "before-call", "values": None, "children": {"s3": leaf}}
    if vars(trie) != {"_root": {"chunk": None, "values": None, "children": {"before-call": branch}}}:
        raise ValueError("handlers are kept in another way")
    loader: Any = botocore.loaders.Loader()
    if not {"_search_paths", "_extras_types", "file_loader"} <= vars(loader).keys():
        raise ValueError("a loader has other attributes")
    client: Any = botocore.client
    creator = client.ClientCreator(loader, None, None, events, None, None)
    if creator._loader is not loader or creator._event_emitter is not events:
        raise ValueError("what makes clients has other attributes")
    model: Any = botocore.model.ServiceModel({"metadata": {}, "operations": {}, "shapes": {}}, "s3")
    if copy.copy(model)._shape_resolver is not model._shape_resolver:
        raise ValueError("copies of a service's model have not the same shapes")


def probe_handler(**_: Any) -> None:
    """Handle nothing."""
