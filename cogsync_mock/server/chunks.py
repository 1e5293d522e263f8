"""Bodies in chunks, read so that none of them ends the process."""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any, cast

from werkzeug.serving import DechunkedInput
from werkzeug.wsgi import get_input_stream


class _WholeReads:
    """What a request is read from, for werkzeug's reader of chunks.

    That one writes what it gets into memory which it takes to be as long as it asked for: a shorter read, when a client
    goes away in the middle of a chunk, ends the process.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readline(self, size: int = -1) -> bytes:
        """Read the line between two chunks."""
        return self._stream.readline(size)

    def read(self, size: int) -> bytes:
        """Read so many bytes.

        Raises:
            OSError: if there are fewer.
        """
        content = self._stream.read(size)
        if len(content) < size:
            raise OSError("it ends in the middle of a chunk")
        return content


def handler_for(motos: Any, *, log: bool) -> Any:
    """Return the class that handles connections: moto's, but no input ends the process.

    Args:
        motos: moto's class, or werkzeug's.
        log: whether it prints a line for each request.
    """

    class Handler(motos):  # type: ignore[misc]  # untyped, and known only now
        def make_environ(self) -> dict[str, Any]:
            environ: dict[str, Any] = super().make_environ()
            if is_chunked(environ):
                environ["wsgi.input"] = DechunkedInput(cast("IO[bytes]", _WholeReads(self.rfile)))
            return environ

        if not log:

            def log_request(self, code: object = "-", size: object = "-") -> None:
                pass

    return Handler


def is_chunked(environ: dict[str, Any]) -> bool:
    """Return whether the body of a request comes in chunks."""
    return isinstance(environ["wsgi.input"], DechunkedInput)


def join_chunks(environ: dict[str, Any]) -> None:
    """Read a chunked body here, where one that is cut short is an error.

    Raises:
        OSError: if it is.
    """
    body = get_input_stream(environ).read()
    environ["wsgi.input"] = BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    del environ["HTTP_TRANSFER_ENCODING"]
