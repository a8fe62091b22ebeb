"""Replicas die and chats kill; every chat is answered once all the same, and only what kills is refused.

The replicas here are as deadly as engines can be, without their minutes of start: the real ones die in
test_engine_faults.py.
"""

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s1_assets.captioning.dispatch import Dispatcher, Limits
from s1_assets.captioning.engine import (
    Chat,
    Completion,
    Decoding,
    EngineUnavailableError,
    RefusedError,
    ReplicaDiedError,
)

GREEDY = Decoding(temperature=0.0, top_p=1.0, seed=0, max_tokens=8)
QUICK = Limits(in_flight=8, deaths=1000, patience=5.0, pause=0.001)


def chat(text: str) -> Chat:
    return Chat("system", "paper", b"", "png", text)


class Mortal:
    """Answers in a few turns of the loop; dies of the chats named, and by itself after so many answers each time."""

    def __init__(self, name: str, deadly: frozenset[str] = frozenset(), answers_a_life: int = 1_000_000) -> None:
        self.name, self._deadly, self._answers_a_life = name, deadly, answers_a_life
        self.answered: Counter[str] = Counter()
        self.most_in_flight = self._in_flight = 0
        self.starts = 0
        self._dead = asyncio.Event()
        self._left = 0

    async def start(self) -> None:
        self.starts += 1
        self._dead, self._left, self._in_flight = asyncio.Event(), self._answers_a_life, 0

    async def complete(self, chat: Chat, decoding: Decoding) -> Completion:
        dead = self._dead
        self._in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self._in_flight)
        for _ in range(3):
            await asyncio.sleep(0)
        if chat.own in self._deadly or self._left == 0:
            dead.set()
        if dead.is_set():
            raise ReplicaDiedError("killed")
        self._left -= 1
        self._in_flight -= 1
        self.answered[chat.own] += 1
        return Completion(chat.own, "stop", 1, 1)

    async def stop(self) -> None:
        self._dead.set()

    async def statistics(self) -> dict[str, float]:
        return {"answers": float(self.answered.total())}


async def ask_all(replicas: list[Mortal], texts: list[str], limits: Limits = QUICK) -> list[object]:
    async with Dispatcher(replicas, limits, lambda line: None) as dispatcher:
        asked = [dispatcher.complete(chat(text), GREEDY) for text in texts]
        return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 60)


TEXTS = [f"figure {number}" for number in range(60)]


@settings(max_examples=80, deadline=None)
@given(
    deadly=st.frozensets(st.sampled_from(TEXTS), max_size=5),
    lives=st.lists(st.integers(3, 40), min_size=1, max_size=3),
    count=st.integers(1, len(TEXTS)),
)
def test_every_chat_is_answered_once_and_only_what_kills_is_refused(deadly, lives, count):
    """Replicas also die by themselves, but live long enough for a group that is tried."""
    replicas = [Mortal(f"replica {number}", deadly, max(life, QUICK.in_flight)) for number, life in enumerate(lives)]
    answers = asyncio.run(ask_all(replicas, TEXTS[:count]))
    for text, answer in zip(TEXTS[:count], answers, strict=True):
        if text in deadly:
            assert isinstance(answer, RefusedError)
            assert "dies of this figure" in str(answer)
        else:
            assert answer == Completion(text, "stop", 1, 1)
    answered = sum((replica.answered for replica in replicas), Counter())
    assert set(answered.values()) <= {1}


def test_finding_one_deadly_chat_among_many_takes_few_lives():
    replica = Mortal("replica", frozenset({"figure 17"}))
    asyncio.run(ask_all([replica], TEXTS[:32], Limits(in_flight=32, pause=0.001)))
    assert replica.starts <= 2 + 6  # the first life, one more for all, and log2(32) + 1 halvings


def test_a_replica_never_has_more_in_flight_than_the_limit_and_none_is_idle():
    replicas = [Mortal("one"), Mortal("two"), Mortal("three")]
    asyncio.run(ask_all(replicas, TEXTS, Limits(in_flight=5)))
    assert [replica.most_in_flight for replica in replicas] == [5, 5, 5]
    assert min(replica.answered.total() for replica in replicas) >= 15


class NeverThere(Mortal):
    async def start(self) -> None:
        self.starts += 1
        raise ReplicaDiedError("connection refused")


def test_a_dead_replica_is_asked_again_while_the_others_work():
    dead, well = NeverThere("dead"), Mortal("well")
    answers = asyncio.run(ask_all([dead, well], TEXTS))
    assert all(isinstance(answer, Completion) for answer in answers)
    assert dead.starts >= 1


def test_no_replica_for_too_long_ends_everything_with_the_cause():
    answers = asyncio.run(ask_all([NeverThere("http://gone")], TEXTS, Limits(patience=0.02, pause=0.005)))
    assert all(isinstance(answer, EngineUnavailableError) for answer in answers)
    assert "http://gone: connection refused" in str(answers[0])


def test_an_engine_that_keeps_dying_ends_everything():
    answers = asyncio.run(ask_all([Mortal("frail", answers_a_life=1)], TEXTS, Limits(in_flight=2, deaths=3, pause=0)))
    assert any(isinstance(answer, EngineUnavailableError) for answer in answers)
    assert "died 4 times" in str(answers[-1])


def test_a_replica_that_can_never_work_ends_everything_at_once():
    class WrongModel(Mortal):
        async def start(self) -> None:
            raise ValueError("it serves a, not b")

    answers = asyncio.run(ask_all([WrongModel("http://other")], TEXTS))
    assert all(isinstance(answer, EngineUnavailableError) for answer in answers)
    assert "http://other cannot be used: ValueError: it serves a, not b" in str(answers[0])


def test_a_chat_that_nobody_waits_for_any_more_is_withdrawn():
    class Slow(Mortal):
        cancelled = 0

        async def complete(self, chat: Chat, decoding: Decoding) -> Completion:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
            raise AssertionError

    async def give_up(replica: Slow) -> int:
        async with Dispatcher([replica], QUICK, lambda line: None) as dispatcher:
            task = asyncio.create_task(dispatcher.complete(chat("x"), GREEDY))
            while not dispatcher.in_flight:
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.sleep(0.01)
            return dispatcher.in_flight

    replica = Slow("slow")
    assert asyncio.run(give_up(replica)) == 0
    assert replica.cancelled == 1
