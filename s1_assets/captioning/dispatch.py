"""Chats shared out over replicas, none of which is trusted to live.

A chat goes to the living replica with the fewest in flight. When a replica dies, the chats that were in flight on it
are suspects: one of them may be what killed it, and would kill again. They wait in quarantine until a replica takes
them with nothing else in flight: first all together, since a death may be bad luck, then by halves, until the one that
kills is alone. It is refused when it kills a replica that did nothing else since its start: another may
have died by itself. All others are answered, and each is answered once.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from s1_assets.captioning.engine import (
    Chat,
    Completion,
    Decoding,
    EngineUnavailableError,
    RefusedError,
    Replica,
    ReplicaDiedError,
)

COMPLETIONS_PER_DEATH = 1000  # a long run may see as many more deaths as it has thousands of answers
_LONGEST_PAUSE = 30.0  # seconds between two tries to start a replica


@dataclass(frozen=True)
class Limits:
    """Bounds of one run: chats in flight on each replica, deaths, and seconds without any living replica."""

    in_flight: int = 64
    deaths: int = 30
    patience: float = 900.0
    pause: float = 1.0  # seconds before a replica that did not start is tried again, doubled each time


@dataclass(eq=False)
class _Ticket:
    chat: Chat
    decoding: Decoding
    answer: asyncio.Future[Completion]
    killed_alone: bool = False

    def refuse(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


@dataclass(eq=False)
class _Ward:
    """A replica with what is in flight on it. `reserved` keeps chats away from it, `trying` says it has suspects.

    `answered` counts the chats that it has answered since its start.
    """

    replica: Replica
    alive: bool = False
    reserved: bool = False
    trying: bool = False
    answered: int = 0
    tasks: dict[_Ticket, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def accepts(self) -> bool:
        return self.alive and not self.reserved

    @property
    def is_idle(self) -> bool:
        return not self.tasks


class Dispatcher:
    """All replicas as one: `complete` answers a chat, whatever dies meanwhile. Use as an async context manager."""

    def __init__(self, replicas: Sequence[Replica], limits: Limits, log: Callable[[str], Any]):
        self.deaths = 0
        self.completions = 0
        self._wards = [_Ward(replica) for replica in replicas]
        self._limits, self._log = limits, log
        self._quarantine: deque[list[_Ticket]] = deque()
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._lost: EngineUnavailableError | None = None
        self._last_alive = time.monotonic()  # when the last replica died, or this began

    async def __aenter__(self) -> "Dispatcher":
        for ward in self._wards:
            self._spawn(self._revive(ward))
        self._spawn(self._isolate())
        return self

    async def __aexit__(self, *_: object) -> None:
        running = [*self._tasks, *(task for ward in self._wards for task in ward.tasks.values())]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.gather(*(ward.replica.stop() for ward in self._wards))

    @property
    def in_flight(self) -> int:
        """Chats that replicas have now."""
        return sum(len(ward.tasks) for ward in self._wards)

    async def statistics(self) -> dict[str, float]:
        """Counts of all living replicas together."""
        counts: dict[str, float] = {}
        for ward in self._wards:
            if ward.alive:
                for name, count in (await ward.replica.statistics()).items():
                    counts[name] = counts.get(name, 0.0) + count
        return counts

    async def complete(self, chat: Chat, decoding: Decoding) -> Completion:
        """One answer.

        Raises:
            RefusedError: this chat cannot be answered: the engine says so, or dies of it.
            EngineUnavailableError: no replica came back in time, or they died too often.
        """
        ticket = _Ticket(chat, decoding, asyncio.get_running_loop().create_future())
        async with self._changed:
            await self._changed.wait_for(lambda: self._lost or self._free_ward())
            if self._lost:
                raise self._lost
            ward = self._free_ward()
            assert ward is not None
            self._launch(ward, ticket)
        try:
            return await ticket.answer
        except asyncio.CancelledError:
            for ward in self._wards:
                if ticket in ward.tasks:
                    ward.tasks[ticket].cancel()
            raise

    def _free_ward(self) -> _Ward | None:
        free = [ward for ward in self._wards if ward.accepts and len(ward.tasks) < self._limits.in_flight]
        return min(free, key=lambda ward: len(ward.tasks), default=None)

    def _launch(self, ward: _Ward, ticket: _Ticket) -> None:
        ward.tasks[ticket] = asyncio.create_task(self._run(ward, ticket))

    async def _run(self, ward: _Ward, ticket: _Ticket) -> None:
        try:
            completion = await ward.replica.complete(ticket.chat, ticket.decoding)
            if not ticket.answer.done():
                ticket.answer.set_result(completion)
            self.completions += 1
            ward.answered += 1
        except ReplicaDiedError as error:
            await self._bury(ward, error)
        except Exception as error:  # noqa: BLE001  whatever it is goes to the one who waits for this answer
            ticket.refuse(error)
        finally:
            if ward.tasks.get(ticket) is asyncio.current_task():
                async with self._changed:
                    ward.tasks.pop(ticket, None)
                    self._changed.notify_all()

    async def _bury(self, ward: _Ward, error: ReplicaDiedError) -> None:
        """Take a replica that died out of service, and what was in flight on it into quarantine."""
        async with self._changed:
            if not ward.alive:
                return  # another chat of the same replica told of it already
            ward.alive = False
            self._last_alive = time.monotonic()
            self.deaths += 1
            suspects = [ticket for ticket in ward.tasks if not ticket.answer.done()]
            for ticket, task in ward.tasks.items():
                if task is not asyncio.current_task() and ticket in suspects:
                    task.cancel()
            ward.tasks.clear()
            self._log(f"engine {ward.replica.name} died with {len(suspects)} in flight: {error}")
            self._condemn(suspects, ward, error)
            if self.deaths > self._limits.deaths + self.completions // COMPLETIONS_PER_DEATH:
                self._give_up(f"the engine died {self.deaths} times, the last time because of: {error}")
            self._spawn(self._revive(ward))
            self._changed.notify_all()

    def _condemn(self, suspects: list[_Ticket], ward: _Ward, error: ReplicaDiedError) -> None:
        """Decide how the suspects of a replica that died are tried next."""
        if ward.trying and len(suspects) == 1 and not ward.answered:
            suspects[0].refuse(RefusedError(f"the engine dies of this figure: {error}"))
        elif ward.trying and len(suspects) == 1:
            suspects[0].killed_alone = True
            self._quarantine.appendleft(suspects)
        elif ward.trying:
            middle = len(suspects) // 2
            self._quarantine.extendleft(half for half in (suspects[middle:], suspects[:middle]) if half)
        elif suspects:
            self._quarantine.append(suspects)

    async def _revive(self, ward: _Ward) -> None:
        """Start a replica, again and again until it lives or all replicas have been dead for too long."""
        pause = self._limits.pause
        while self._lost is None:
            try:
                await ward.replica.stop()
                await ward.replica.start()
            except ReplicaDiedError as error:
                self._log(f"engine {ward.replica.name} does not start: {error}")
                if self._dead_for() > self._limits.patience:
                    async with self._changed:
                        self._give_up(f"no engine for {self._dead_for():.0f} s; {ward.replica.name}: {error}")
                    return
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            except Exception as error:  # noqa: BLE001  a configuration that cannot work, such as a wrong model
                async with self._changed:
                    self._give_up(f"{ward.replica.name} cannot be used: {type(error).__name__}: {error}")
            else:
                async with self._changed:
                    ward.alive, ward.answered = True, 0
                    self._changed.notify_all()
                return

    def _dead_for(self) -> float:
        """Seconds since a replica was last alive."""
        return 0.0 if any(ward.alive for ward in self._wards) else time.monotonic() - self._last_alive

    async def _isolate(self) -> None:
        """Try quarantined groups, one after the other, each on a replica that has nothing else in flight."""
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: self._quarantine and any(ward.alive for ward in self._wards))
                ward = min((ward for ward in self._wards if ward.alive), key=lambda ward: len(ward.tasks))
                ward.reserved = True
                await self._changed.wait_for(partial(getattr, ward, "is_idle"))
                if ward.alive and ward.answered and any(ticket.killed_alone for ticket in self._quarantine[0]):
                    ward.alive, self._last_alive = False, time.monotonic()
                    self._spawn(self._revive(ward))
                elif ward.alive:
                    ward.trying = True
                    for ticket in self._quarantine.popleft():
                        if not ticket.answer.done():
                            self._launch(ward, ticket)
                    await self._changed.wait_for(partial(getattr, ward, "is_idle"))
                ward.reserved = ward.trying = False
                self._changed.notify_all()

    def _give_up(self, why: str) -> None:
        if self._lost is None:
            self._lost = EngineUnavailableError(f"{why}. Finished captions are kept; mend the engine and run again")
        waiting = [ticket for group in self._quarantine for ticket in group]
        waiting += [ticket for ward in self._wards for ticket in ward.tasks]
        for ticket in waiting:
            ticket.refuse(self._lost)
        self._quarantine.clear()
        self._changed.notify_all()

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
