"""A short way through botocore for cognito-sync, past work that moto does for services that need it.

moto's own handler builds a web framework's request out of every call and looks through its list of services.
Here a handler of ours runs first, answers, and hides the request's URL from moto's handler, so that the call is not
answered twice; a last handler shows the URL again. Clients that were made without these handlers take moto's way
or the guard's and get the same answers: this is about time only.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.handlers import BUILTIN_HANDLERS

from . import registration
from .cognitosync.protocol import Message
from .cognitosync.responses import CognitoSyncResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.awsrequest import AWSPreparedRequest


class _RawBody(BytesIO):
    """What botocore expects below a response: a file with urllib3's ``stream``."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield all there is, at once."""
        if content := self.read():
            yield content


def aws_response(url: str, status: int, headers: Any, body: str | bytes) -> AWSResponse:
    """Build what botocore expects to come back from the network."""
    raw: Any = _RawBody(body.encode() if isinstance(body, str) else body)
    return AWSResponse(url, status, headers, raw)


def answer_first(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
    """Answer a request to cognito-sync if a mock is on and moto would have us answer it."""
    url = request.url
    if not registration.is_ours_to_answer(url):
        return None
    message = Message.from_url(request.method, url, request.headers, request.body)
    registration.record(message, url)
    answer = CognitoSyncResponse().answer_in_process(message)
    request.url = registration.ANSWERED + url
    return aws_response(url, answer.status, answer.headers, answer.body)


def show_again(request: AWSPreparedRequest, **_: Any) -> None:
    """Give the request its URL back, for whoever looks at it next."""
    request.url = request.url.removeprefix(registration.ANSWERED)


_FIRST = ("before-send", answer_first)
_LAST = ("before-send", show_again)


def install() -> None:
    """Put the handlers around moto's, for all clients made from now on."""
    BUILTIN_HANDLERS.insert(0, _FIRST)
    BUILTIN_HANDLERS.append(_LAST)


def remove() -> None:
    """Take them out again; in clients that have them they rest until the next mock."""
    BUILTIN_HANDLERS.remove(_FIRST)
    BUILTIN_HANDLERS.remove(_LAST)
