"""Waiting in a shared thread, in an event loop of the test's own, and outside of one."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from backend.turns import Turn, aside, share
from tests.support import loops


def test_calls_that_wait_in_one_thread_go_on_when_another_thread_tells_them() -> None:
    turns: list[Turn] = []

    def wait(number: int) -> tuple[int, str]:
        turns.append(Turn())
        turns[-1].wait()
        return number, threading.current_thread().name

    async def together() -> list[tuple[int, str]]:
        calls = [asyncio.ensure_future(share(partial(wait, n))) for n in range(50)]
        while len(turns) < 50:
            await asyncio.sleep(0)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(Turn.tell, turns).result()
        return await asyncio.gather(*calls)

    done = loops.run(together())
    assert [number for number, _ in done] == list(range(50))
    assert len({thread for _, thread in done}) == 1


def test_a_turn_told_before_it_is_waited_for_is_not_missed() -> None:
    def call() -> str:
        turn = Turn()
        Turn.tell([turn])
        turn.wait()
        return "went on"

    assert call() == "went on"
    assert loops.run(share(call)) == "went on"


def test_what_a_shared_call_raises_arrives() -> None:
    def call() -> None:
        aside(lambda: time.sleep(0.01))
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        loops.run(share(call))


def test_what_fails_aside_can_be_caught_where_it_was_called() -> None:
    def call() -> str:
        try:
            return str(aside(lambda: 1 // 0))
        except ZeroDivisionError:
            return "caught"

    assert loops.run(share(call)) == "caught" == call()


def test_a_shared_call_that_is_given_up_is_told_so() -> None:
    told: list[str] = []

    def call() -> None:
        try:
            Turn().wait()
        except asyncio.CancelledError:
            told.append("given up")
            raise

    async def give_up() -> None:
        task = asyncio.ensure_future(share(call))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        loops.run(give_up())
    assert told == ["given up"]


def test_a_thread_waits_for_another() -> None:
    turn, told = Turn(), threading.Event()

    def tell() -> None:
        told.set()
        Turn.tell([turn])

    threading.Timer(0.05, tell).start()
    turn.wait()
    assert told.is_set()
