"""The part of CBOR (RFC 8949) that AWS's rpc-v2-cbor uses; botocore speaks it, and has it as private code only."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_BREAK = object()


def dumps(value: Any) -> bytes:
    """Encode None, booleans, integers, floats, text, bytes, lists and maps."""
    encode = _ENCODERS.get(type(value))
    if encode is None:
        raise TypeError(f"CBOR has no {type(value).__name__}")
    return encode(value)


_ENCODERS: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda _: b"\xf6",
    bool: lambda value: b"\xf5" if value else b"\xf4",
    int: lambda value: _head(0, value) if value >= 0 else _head(1, -1 - value),
    float: lambda value: b"\xfb" + struct.pack(">d", value),
    str: lambda value: _head(3, len(value.encode())) + value.encode(),
    bytes: lambda value: _head(2, len(value)) + value,
    list: lambda value: _head(4, len(value)) + b"".join(map(dumps, value)),
    dict: lambda value: _head(5, len(value)) + b"".join(dumps(part) for pair in value.items() for part in pair),
}


def _head(major: int, number: int) -> bytes:
    for code, form, limit in ((24, ">B", 2**8), (25, ">H", 2**16), (26, ">I", 2**32), (27, ">Q", 2**64)):
        if number < 24:  # noqa: PLR2004  # RFC 8949: smaller numbers stand in the head itself
            return bytes([major << 5 | number])
        if number < limit:
            return bytes([major << 5 | code]) + struct.pack(form, number)
    raise OverflowError(f"{number} does not fit into 64 bits")


def loads(content: bytes) -> Any:
    """Decode one value; tags are dropped, so a date is its number of seconds.

    Raises:
        ValueError: if it is no CBOR.
    """
    try:
        value, end = _read(content, 0)
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"no CBOR: {error}") from error
    if end != len(content) or value is _BREAK:
        raise ValueError("no CBOR: something follows the value")
    return value


def _read(content: bytes, at: int) -> tuple[Any, int]:
    major, low = content[at] >> 5, content[at] & 31
    at += 1
    if major == 7:  # noqa: PLR2004  # RFC 8949: simple values and floats
        return _read_simple(content, low, at)
    if low == 31:  # noqa: PLR2004  # RFC 8949: of indefinite length
        return _read_indefinite(content, major, at)
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(low, 0)
    number = int.from_bytes(content[at : at + size], "big") if size else low
    at += size
    if major in (0, 1):
        return (number if major == 0 else -1 - number), at
    if major in (2, 3):
        chunk = content[at : at + number]
        if len(chunk) < number:
            raise IndexError("it ends too early")
        return (chunk if major == 2 else chunk.decode()), at + number  # noqa: PLR2004  # byte string
    if major == 6:  # noqa: PLR2004  # a tag
        return _read(content, at)
    items = []
    for _ in range(number * (2 if major == 5 else 1)):  # noqa: PLR2004  # a map
        item, at = _read(content, at)
        items.append(item)
    return (dict(zip(items[::2], items[1::2], strict=True)) if major == 5 else items), at  # noqa: PLR2004  # a map


def _read_simple(content: bytes, low: int, at: int) -> tuple[Any, int]:
    floats = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}
    if low in floats:
        form, size = floats[low]
        return struct.unpack(form, content[at : at + size])[0], at + size
    return {20: False, 21: True, 31: _BREAK}.get(low), at


def _read_indefinite(content: bytes, major: int, at: int) -> tuple[Any, int]:
    items = []
    while True:
        item, at = _read(content, at)
        if item is _BREAK:
            break
        items.append(item)
    if major == 5:  # noqa: PLR2004  # a map
        return dict(zip(items[::2], items[1::2], strict=True)), at
    if major == 4:  # noqa: PLR2004  # a list
        return items, at
    return (b"" if major == 2 else "").join(items), at  # noqa: PLR2004  # byte or text string
