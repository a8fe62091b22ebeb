"""How often a service may be asked, kept by all processes of a deployment that share a disk, across restarts.

Each limit has a state file under the cache folder, replaced in one step so that a kill leaves it whole, and locks
beside it (flock), so that no server is needed and a killed process leaves no lock behind. Time is the wall clock,
because it is what processes and restarts share; a clock that jumps back costs one interval at most, or the pause that
was asked for once more.
"""

import fcntl
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONGEST_CLOSURE = 24 * 3600.0  # whatever a service asks for: one that is mistaken is not left alone for ever


@dataclass(frozen=True)
class RateLimit:
    """At most `requests` within any `seconds`; services that share one share its `name`.

    With `one_at_a_time` there is one request under way in the whole deployment, and the interval counts from the end
    of its answer.
    """

    name: str
    requests: int
    seconds: float
    one_at_a_time: bool = False


class ClosedError(Exception):
    """The service is to be left alone until `until` (seconds since 1970), longer than one is willing to wait."""

    def __init__(self, until: float):
        self.until = until
        super().__init__(f"closed until {time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime(until))}")


@dataclass(frozen=True)
class Turnstile:
    """Lets requests pass as a limit allows; its state lies in the folder `state`, shared by all who ask."""

    limit: RateLimit
    state: Path

    @contextmanager
    def turn(self, longest_closure: float) -> Iterator[None]:
        """Waits for the right to make one request, which is made inside.

        Raises ClosedError when the service asked for a pause that lasts more than `longest_closure` seconds from now.
        """
        if not self.limit.one_at_a_time:
            self._pass(longest_closure)
            yield
            return
        with self._lock("busy"):
            self._pass(longest_closure)
            try:
                yield
            finally:
                with self._passages() as passages:
                    passages["starts"][-1:] = [time.time()]

    def close(self, seconds: float) -> None:
        """Lets nobody pass for so many seconds, a day at most, because the service asked for it or gives nothing."""
        with self._passages() as passages:
            now, asked = time.time(), min(seconds, LONGEST_CLOSURE)
            if now + asked > sum(passages["closed"]):
                passages["closed"] = [now, asked]

    def _pass(self, longest_closure: float) -> None:
        while wait := self._wait(longest_closure):
            time.sleep(wait)

    def _wait(self, longest_closure: float) -> float:
        """Seconds until one may try again; 0 when the passage was taken."""
        with self._passages() as passages:
            now, starts, closed_until = time.time(), passages["starts"], sum(passages["closed"])
            closure = closed_until - now
            if closure > longest_closure:
                raise ClosedError(closed_until)
            full = len(starts) >= self.limit.requests
            pause = starts[0] + self.limit.seconds - now if full else 0.0
            wait = max(closure, pause, 0.0)
            if not wait:
                passages["starts"] = [*starts, now][-self.limit.requests :]
            return float(wait)

    @contextmanager
    def _passages(self) -> Iterator[dict[str, Any]]:
        """When the last requests passed, and when it was `closed` for how long; locked meanwhile, and written back."""
        with self._lock("lock"):
            state = self.state / f"{self.limit.name}.state"
            text = state.read_text() if state.exists() else '{"starts": [], "closed": [0, 0]}'
            passages = self._read(text)
            yield passages
            if (changed := json.dumps(passages)) != text:
                new = state.with_suffix(".new")
                new.write_text(changed)
                new.replace(state)

    def _read(self, text: str) -> dict[str, Any]:
        """What a state file says; nothing of it lies in the future, where a clock that went back would leave it."""
        now = time.time()
        try:
            read = json.loads(text)
            at, seconds = map(float, read["closed"])
            starts = [min(float(start), now) for start in read["starts"]]
            return {"starts": starts, "closed": [min(at, now), min(seconds, LONGEST_CLOSURE)]}
        except (ValueError, LookupError, TypeError):  # what a crash of the machine left: as if all had passed just now
            return {"starts": [now] * self.limit.requests, "closed": [0.0, 0.0]}

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        self.state.mkdir(parents=True, exist_ok=True)
        with (self.state / f"{self.limit.name}.{name}").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
