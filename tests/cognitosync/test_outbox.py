"""The outbox: what follows a write is delivered in order, and nobody is kept waiting for ever."""

from __future__ import annotations

import threading

import pytest

from cogsync_mock.cognitosync.effects.outbox import MAX_CHAIN, Outbox


def test_in_order_and_once() -> None:
    outbox, seen = Outbox(), list[int]()
    for number in range(3):
        outbox.add(lambda number=number: seen.append(number))
    outbox.deliver()
    outbox.deliver()
    assert seen == [0, 1, 2]


def test_a_delivery_that_is_ended_keeps_nobody_waiting() -> None:
    """A function may be ended wherever it is, for instance while its own update is being delivered."""
    outbox, seen = Outbox(), list[str]()

    def ended() -> None:
        raise SystemExit

    outbox.add(ended)
    outbox.add(lambda: seen.append("next"))
    with pytest.raises(SystemExit):
        outbox.deliver()
    assert seen == ["next"]
    other = threading.Thread(target=outbox.deliver)
    other.start()
    other.join(5)
    assert not other.is_alive()


def test_a_chain_comes_to_an_end(caplog: pytest.LogCaptureFixture) -> None:
    outbox, seen = Outbox(), list[int]()

    def again() -> None:
        seen.append(len(seen))
        with outbox.aside():
            outbox.add(again)
            outbox.deliver()

    outbox.add(again)
    outbox.deliver()
    assert len(seen) == MAX_CHAIN == 16
    assert "record 17 is not delivered" in caplog.text
    # It is a chain that ends, not the outbox.
    outbox.add(lambda: seen.append(-1))
    outbox.deliver()
    assert seen[-1] == -1


def test_what_comes_from_a_delivery_aside_follows_it() -> None:
    outbox, seen = Outbox(), list[str]()

    def outer() -> None:
        with outbox.aside():
            outbox.add(lambda: seen.append("inner"))
            outbox.deliver()
            seen.append("outer")

    outbox.add(outer)
    outbox.deliver()
    assert seen == ["outer", "inner"]


def test_closed_it_delivers_nothing() -> None:
    outbox, seen = Outbox(), list[str]()
    outbox.add(lambda: seen.append("before"))
    outbox.close()
    outbox.add(lambda: seen.append("after"))
    outbox.deliver()
    assert seen == []
