"""A recaption in pieces: which layer each comes from, and what in it no source holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from s1_assets.tables import Row


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `kind` says what of it no source holds (number, unit, panel, …), None where nothing is."""

    text: str
    kind: str | None


@dataclass(frozen=True)
class Block:
    """Pieces of one layer: visual (what the image shows), contextual (what the paper says), or None for neither."""

    layer: str | None
    pieces: tuple[Piece, ...]


def blocks(recaption: str, layers: Row, ungrounded: Sequence[Row]) -> list[Block]:
    """Cuts a recaption at the borders of its layers and of what is ungrounded.

    Args:
        recaption: joined from the layers, each closed with a full stop where it had none.
        layers: `visual` and `contextual`, as tables.ENHANCED_CAPTIONS holds them; each may be None.
        ungrounded: {kind, start, end} in characters of the recaption. What lies outside of it is left out.
    """
    spans = sorted(
        (span["start"], span["end"], span["kind"])
        for span in ungrounded
        if 0 <= span["start"] < span["end"] <= len(recaption)
    )
    return [
        Block(layer, tuple(_pieces(recaption, start, end, spans)))
        for layer, start, end in _layers(recaption, layers)
        if recaption[start:end].strip()
    ]


def _layers(recaption: str, layers: Row) -> list[tuple[str | None, int, int]]:
    """(layer, start, end) that cover the recaption: the visual layer begins it, the contextual one ends it."""
    visual, contextual = layers["visual"] or "", layers["contextual"] or ""
    first = len(visual) if visual and recaption.startswith(visual) else 0
    second = recaption.rfind(contextual, first) if contextual else -1
    if second < 0:
        second = len(recaption)
    found: list[tuple[str | None, int, int]] = [(None, 0, second), ("contextual", second, len(recaption))]
    if first:  # the full stop that closes it and the blank behind belong to it
        between = recaption[first:second]
        first = second if not between.strip(" .") else first
        found = [("visual", 0, first), (None, first, second), found[1]]
    return found


def _pieces(text: str, start: int, end: int, spans: Sequence[tuple[int, int, str]]) -> Iterator[Piece]:
    place = start
    for first, last, kind in spans:
        first, last = max(first, place), min(last, end)  # noqa: PLW2901 - the part of the span that lies here
        if first < last:
            if place < first:
                yield Piece(text[place:first], None)
            yield Piece(text[first:last], kind)
            place = last
    if place < end:
        yield Piece(text[place:end], None)
