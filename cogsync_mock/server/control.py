"""The control routes: what a test in any language asks of the mock itself, as JSON.

Every error is an `ControlError` and comes as ``{"error": "a sentence"}`` that says what to do.
"""

from __future__ import annotations

import json
import re
import time
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from cogsync_mock.aws.http import HttpResponse
from cogsync_mock.snapshots import restore, snapshot

from . import overview, page
from .call_log import CALLS_KEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cogsync_mock.aws.http import HttpRequest

    from .state_file import StateFile
    from .tools import Tools

JSON = "application/json; charset=utf-8"
_FAULT_MEMBERS = ("operation", "error", "service", "times", "message", "status", "delay", "when", "after")
_CALL_FILTERS = ("service", "operation", "limit")


class ControlError(Exception):
    """A control route cannot do what it was asked to.

    Args:
        status: the HTTP status.
        sentence: what is wrong and what to do.
    """

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Control:
    """Answers the control routes.

    Args:
        scheme: of the server's address.
        tools: what they do it with.
        state_file: where ``state/save`` writes to, None without ``--save``.
    """

    def __init__(self, scheme: str, tools: Tools, state_file: StateFile | None) -> None:
        self._scheme = scheme
        self._tools = tools
        self._state_file = state_file
        self._started = time.time()

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request to a control route."""
        try:
            return self._answered(request)
        except ControlError as error:
            return _json({"error": error.sentence}, error.status)

    def _answered(self, request: HttpRequest) -> HttpResponse:
        path = unquote(request.path).removeprefix("/cogsync-api")
        method = "GET" if request.method == "HEAD" else request.method
        allowed = []
        for known, pattern, route in self._routes:
            found = pattern.fullmatch(path)
            if found is None:
                continue
            if known == method:
                return route(request, *found.groups())
            allowed.append(known)
        if not allowed:
            routes = ", ".join(sorted({f"/cogsync-api{pattern.pattern}" for _, pattern, _ in self._routes}))
            names = routes.replace("([^/]+)", "{}").replace("/?", "/")
            raise ControlError(404, f"there is no control route {request.path}; there are {names}")
        if method == "OPTIONS":
            return HttpResponse(204, {"Allow": ", ".join(allowed)}, b"")
        raise ControlError(405, f"{request.path} answers to {' and '.join(allowed)}, not to {request.method}")

    @cached_property
    def _routes(self) -> list[tuple[str, re.Pattern[str], Callable[..., HttpResponse]]]:
        table: list[tuple[str, str, Callable[..., HttpResponse]]] = [
            ("GET", "/?", self.page),
            ("GET", "/health", self.health),
            ("GET", "/calls", self.list_calls),
            ("DELETE", "/calls", self.clear_calls),
            ("GET", "/faults", self.list_faults),
            ("POST", "/faults", self.add_fault),
            ("DELETE", "/faults", self.remove_faults),
            ("DELETE", "/faults/([^/]+)", self.remove_fault),
            ("POST", "/reset", self.reset),
            ("GET", "/state", self.get_state),
            ("PUT", "/state", self.put_state),
            ("POST", "/state/save", self.save_state),
            ("GET", "/identity-pools", self.list_identity_pools),
            ("GET", "/identity-pools/([^/]+)", self.show_identity_pool),
            ("GET", "/identity-pools/([^/]+)/identities/([^/]+)", self.show_identity),
            ("POST", "/identity-pools/([^/]+)/merge", self.merge_identities),
            ("POST", "/identity-pools/([^/]+)/stop-streaming", self.stop_streaming),
        ]
        return [(method, re.compile(pattern), route) for method, pattern, route in table]

    # ------------------------------------------------------------------------- what people look at

    def page(self, _: HttpRequest) -> HttpResponse:
        """Show the page."""
        return page.response()

    def welcome(self, request: HttpRequest) -> HttpResponse:
        """Tell a browser at ``/`` what this is."""
        return page.welcome(f"{self._scheme}://{request.host}", self._versions())

    # ------------------------------------------------------------------------------------- routes

    def health(self, _: HttpRequest) -> HttpResponse:
        """Say that the server works, and what it is."""
        seconds = round(time.time() - self._started, 3)
        saves = None if self._state_file is None else str(self._state_file.path)
        kept = {"kept": len(self._tools.calls()), "dropped": self._tools.dropped_calls()}
        return _json({"status": "ok", **self._versions(), "uptime": seconds, "save": saves, "calls": kept})

    def list_calls(self, request: HttpRequest) -> HttpResponse:
        """List the latest calls of all services, first one first."""
        query = _query(request, _CALL_FILTERS)
        limit = _number(query, "limit", CALLS_KEPT)
        kept = self._tools.calls()
        found = [
            call
            for call in kept
            if query.get("service") in {None, call.service} and query.get("operation") in {None, call.operation}
        ]
        latest = found[max(0, len(found) - limit) :]
        dropped = self._tools.dropped_calls()
        listed = [call.to_dict() for call in latest]
        return _json({"calls": listed, "dropped": dropped, "total": dropped + len(kept)})

    def clear_calls(self, _: HttpRequest) -> HttpResponse:
        """Forget all calls."""
        self._tools.clear_calls()
        return _json({"status": "ok"})

    def list_faults(self, _: HttpRequest) -> HttpResponse:
        """List the faults in the order in which they apply."""
        return _json({"faults": self._tools.faults()})

    def add_fault(self, request: HttpRequest) -> HttpResponse:
        """Add a fault."""
        members = _members(request, _FAULT_MEMBERS, required=("operation",))
        when = members.get("when")
        if when is not None and not isinstance(when, dict):
            raise ControlError(400, f'when must be an object of parameters such as {{"TableName": "a"}}, not {when!r}')
        try:
            fault = self._tools.add_fault(**members)
        except (TypeError, ValueError) as error:
            raise ControlError(400, str(error)) from error
        return _json(fault, 201)

    def remove_faults(self, _: HttpRequest) -> HttpResponse:
        """Remove all faults."""
        for fault in self._tools.faults():
            self._tools.remove_fault(fault["id"])
        return _json({"status": "ok"})

    def remove_fault(self, _: HttpRequest, fault_id: str) -> HttpResponse:
        """Remove one fault."""
        if not self._tools.remove_fault(fault_id):
            raise ControlError(
                404, f"there is no fault {fault_id!r}: GET /cogsync-api/faults lists those that are left"
            )
        return _json({"status": "ok"})

    def reset(self, _: HttpRequest) -> HttpResponse:
        """Forget all data of all services, all faults and all calls."""
        self._tools.reset()
        return _json({"status": "ok"})

    def list_identity_pools(self, _: HttpRequest) -> HttpResponse:
        """List the identity pools of all accounts and regions, with their configuration."""
        return _json({"identity_pools": overview.identity_pools()})

    def show_identity_pool(self, request: HttpRequest, pool_id: str) -> HttpResponse:
        """Show a pool with its latest identities."""
        limit = _number(_query(request, ("limit",)), "limit", 200)
        try:
            return _json(overview.identities(unquote(pool_id), limit))
        except ValueError as error:
            raise ControlError(404, str(error)) from error

    def show_identity(self, _: HttpRequest, pool_id: str, identity_id: str) -> HttpResponse:
        """Show the datasets, records and devices of an identity."""
        try:
            return _json(overview.datasets(unquote(pool_id), unquote(identity_id)))
        except ValueError as error:
            raise ControlError(404, str(error)) from error

    def get_state(self, _: HttpRequest) -> HttpResponse:
        """Hand out the state of Cognito Sync and of the identity pools and logins under it."""
        return _json(snapshot())

    def put_state(self, request: HttpRequest) -> HttpResponse:
        """Take a state that was handed out before in the place of what is there."""
        try:
            restore(_content(request))
        except ValueError as error:
            raise ControlError(400, str(error)) from error
        return _json({"status": "ok"})

    def save_state(self, _: HttpRequest) -> HttpResponse:
        """Write the state to the file of ``--save``."""
        if self._state_file is None:
            raise ControlError(409, "there is no file to save to: start the server with --save FILE")
        try:
            self._state_file.save(snapshot())
        except OSError as error:
            raise ControlError(409, f"could not save to {self._state_file.path}: {error.strerror or error}") from error
        return _json({"status": "ok", "file": str(self._state_file.path)})

    def merge_identities(self, request: HttpRequest, pool_id: str) -> HttpResponse:
        """Merge one identity into another, as AWS does when their logins are linked."""
        names = ("source_identity_id", "target_identity_id")
        members = _members(request, names, required=names)
        for name in names:
            _text(members, name)
        try:
            merged = self._tools.merge_identities(unquote(pool_id), **members)
        except ValueError as error:
            raise ControlError(400, str(error)) from error
        return _json({"merged_dataset_names": merged})

    def stop_streaming(self, request: HttpRequest, pool_id: str) -> HttpResponse:
        """Turn a pool's stream off, as AWS does when it loses the stream or the role."""
        members = _members(request, ("reason",), required=("reason",))
        _text(members, "reason")
        try:
            self._tools.stop_streaming(unquote(pool_id), members["reason"])
        except ValueError as error:
            raise ControlError(400, str(error)) from error
        return _json({"status": "ok"})

    def _versions(self) -> dict[str, str]:
        return self._tools.versions()


def _json(content: Any, status: int = 200) -> HttpResponse:
    body = json.dumps(content, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass") + b"\n"
    return HttpResponse(status, {"Content-Type": JSON, "Cache-Control": "no-store"}, body)


def _content(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise ControlError(400, f"the body is not JSON: {error}") from None


def _members(request: HttpRequest, known: tuple[str, ...], required: tuple[str, ...]) -> dict[str, Any]:
    """Return the members of the JSON object in the body.

    Raises:
        ControlError: if it is none, or one is unknown or missing.
    """
    content = _content(request)
    if not isinstance(content, dict):
        raise ControlError(400, f"the body must be a JSON object with {', '.join(known)}, not {type(content).__name__}")
    _check_names(content, known, "member")
    for name in required:
        if name not in content:
            raise ControlError(400, f"the body lacks {name!r}; its members are {', '.join(known)}")
    return content


def _query(request: HttpRequest, known: tuple[str, ...]) -> dict[str, str]:
    query = parse_qs(request.query, keep_blank_values=True)
    _check_names(query, known, "query parameter")
    return {name: values[-1] for name, values in query.items()}


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ControlError(400, f"{name} must be a whole number such as 100, not {text!r}")
    return int(text)


def _check_names(given: Mapping[str, Any], known: tuple[str, ...], kind: str) -> None:
    for name in given:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
            raise ControlError(400, f"there is no {kind} {name!r}: {hint}")


def _text(members: Mapping[str, Any], name: str) -> None:
    if not isinstance(members[name], str):
        raise ControlError(400, f"{name} must be a string, not {members[name]!r}")
