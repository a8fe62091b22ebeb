"""What a text names: a place in it, and what is compared."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entity:
    """A thing that a text names: characters [start, end), and `key`, which is the same in every spelling of it."""

    start: int
    end: int
    key: str
