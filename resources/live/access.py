"""What a harvest works with: the client, the mirror that it fills, and local space."""

import fcntl
import functools
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import obstore

from resources.live.http import Client, Patience
from resources.live.services import services
from resources.object_store import open_store
from resources.sources.mirror import Elsewhere, Mirror


@dataclass(frozen=True)
class Downloads:
    """The mirror that harvests fill, at `url` (S1_DOWNLOADS): a folder, made when it is not there, or a bucket.

    What `elsewhere` holds is read where it is published, and not fetched.
    """

    url: str
    elsewhere: Elsewhere | None = None

    @property
    def mirror(self) -> Mirror:
        """The same place, to read from."""
        open_store(self.url, create=True)
        return Mirror(self.url, self.elsewhere)

    def state(self, path: str) -> dict[str, Any]:
        """What a harvest noted in a JSON file of its own; nothing where there is none."""
        mirror = self.mirror
        noted: dict[str, Any] = json.loads(b"".join(mirror.stream(path))) if mirror.exists(path) else {}
        return noted

    def put_state(self, path: str, noted: Any) -> None:
        """Stores what `state` reads, as `put` does."""
        self.put(path, json.dumps(noted).encode())

    def put(self, path: str, content: bytes | Path) -> None:
        """Stores a file, whole or not at all, in place of any earlier one; a Path is read from this machine's disk."""
        obstore.put(open_store(self.url, create=True), path, content)

    def remove(self, paths: Sequence[str]) -> None:
        """Removes files that are there."""
        if paths:
            obstore.delete(open_store(self.url, create=True), paths)


@dataclass(frozen=True)
class LiveAccess:
    """Access to the live services as one deployment configures it.

    `contact` is S1_CONTACT, `overrides` S1_SERVICES (a JSON object of base URLs), `cache` S1_CACHE. `log` gets a line
    on what is fetched and on what had to be tried again.
    """

    contact: str | None
    downloads: Downloads
    cache: Path
    overrides: str = "{}"
    patience: Patience = field(default_factory=Patience)
    log: Callable[[str], object] = logging.getLogger(__name__).info

    @functools.cached_property
    def client(self) -> Client:
        """The client. Raises ValueError without a contact, or for services that are none."""
        return Client(self.contact, self.cache, services(self.overrides), self.patience, self.log)

    @contextmanager
    def alone(self, harvest: str, *, wait: bool = True) -> Iterator[None]:
        """Holds the right to do the harvest of this name, which one process on this disk has at a time.

        Others wait, say so, and find then that little is left to do; without `wait` they get a BlockingIOError. Who
        wants it again after a step lets others that wait go first.
        """
        self.cache.mkdir(parents=True, exist_ok=True)
        with (self.cache / f"{harvest}.lock").open("w") as lock:
            with (self.cache / f"{harvest}.next").open("w") as place:  # in the queue: held by one who waits, or nobody
                try:
                    fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if not wait:
                        raise
                    self.log(f"{harvest}: another run is at it, and this one waits")
                    fcntl.flock(place, fcntl.LOCK_EX)
                    fcntl.flock(lock, fcntl.LOCK_EX)
            yield
