"""Handlers around moto's own, in every client that is made while a mock is on.

moto's handler builds a web framework's request out of every call, looks through its list of services, and answers
"Not yet implemented" for hosts it does not know. Here a handler of ours runs first: it answers cognito-sync by the
short way, hands hosts that moto does not know to the guard, and hides the URL of what it answered from moto's handler,
so that no call is answered twice; a last handler shows the URL again. Clients made without these handlers take moto's
way or the guard's and get the same answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.handlers import BUILTIN_HANDLERS

from cogsync_mock.aws.http import HttpRequest
from cogsync_mock.aws.invocations import check_invocation
from cogsync_mock.cognitosync.responses import CognitoSyncResponse

from . import moto_seam
from .network_guard import aws_response

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

    from .network_guard import Guard


class Shortcut:
    """The two handlers. Between `remove` and `install` they rest in the clients that have them."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._is_on = False

    def install(self) -> None:
        """Put the handlers around moto's, for all clients made from now on."""
        BUILTIN_HANDLERS.insert(0, ("before-send", self._answer_first))
        BUILTIN_HANDLERS.append(("before-send", self._show_again))
        self._is_on = True

    def remove(self) -> None:
        """Take them out again."""
        self._is_on = False
        BUILTIN_HANDLERS.remove(("before-send", self._answer_first))
        BUILTIN_HANDLERS.remove(("before-send", self._show_again))

    def _answer_first(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        # Also while no mock is on: the client may be one of a callable that has outlived its own.
        check_invocation()
        if not self._is_on:
            return None
        if moto_seam.is_ours_to_answer(request.url):
            response: AWSResponse | None = _answered(request)
        elif moto_seam.service_at(request.url) is None:
            response = self._guard.answer(request)
        else:
            return None
        if response is not None:
            request.url = moto_seam.ANSWERED + request.url
        return response

    def _show_again(self, request: AWSPreparedRequest, **_: Any) -> None:
        request.url = request.url.removeprefix(moto_seam.ANSWERED)


def _answered(request: AWSPreparedRequest) -> AWSResponse:
    message = HttpRequest.from_url(request.method, request.url, request.headers, request.body)
    moto_seam.record(message, request.url)
    answer = CognitoSyncResponse().answer_in_process(message)
    return aws_response(request.url, answer.status, answer.headers, answer.body)
