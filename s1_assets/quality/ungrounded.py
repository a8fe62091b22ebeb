"""What a recaption names and nothing that its captioner was given holds: invented, or read from the image alone.

No model is asked. A recaption is searched strictly, for what is surely a number, unit, panel, acronym or symbol; the
sources generously, for whatever could be one. So what is reported is seldom there after all, and what is wrong without
being one of the five kinds is missed.
"""

import unicodedata
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from s1_assets.quality.entities import Acronyms, acronyms, symbols, symbols_anywhere
from s1_assets.quality.entity import Entity
from s1_assets.quality.grounding import Grounding, ground_numbers
from s1_assets.quality.panels import panels, panels_anywhere
from s1_assets.quality.units import units, units_anywhere

_DEGREE_SIGNS = str.maketrans("º˚◦∘", "°°°°")  # an ordinal, a ring above, a bullet and an operator, all so used

KINDS = ("number", "unit", "panel", "acronym", "symbol")


@dataclass(frozen=True)
class Ungrounded:
    """One of KINDS that no source holds: `text` is characters [start, end) of the recaption."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def flag(self) -> str:
        """What a curator reads, such as ungrounded_unit:km."""
        return f"ungrounded_{self.kind}:{self.text}"


def find_ungrounded(
    recaption: str, sources: Sequence[str], figure_text: Sequence[str] = (), panel: str | None = None
) -> tuple[Grounding, list[Ungrounded]]:
    """Grounding of the numbers of `recaption`, and all that is ungrounded in it, in order of place.

    Args:
        recaption: what is examined.
        sources: caption, subcaption, title, abstract and the sentences that cite the figure.
        figure_text: words of the figure itself; its numbers are read word by word, as ticks in a row are no thousands.
        panel: which panel the recaption is of, which it may name.
    """
    grounding = ground_numbers(recaption, (*sources, *figure_text))
    numbers = (Ungrounded("number", text, start, end) for start, end, text in grounding.offending)
    read = (*sources, "\n".join(figure_text), f"({panel})" if panel else "")
    others = _others(recaption, [_compatible(text) for text in read])
    return grounding, sorted((*numbers, *others), key=lambda found: (found.start, found.end))


def _others(recaption: str, sources: Sequence[str]) -> Iterator[Ungrounded]:
    for kind, (find, known) in _WAYS.items():
        entities = list(find(recaption))
        held = known(sources) if entities else ()  # reading the sources is what takes time
        for entity in entities:
            if entity.key not in held:
                yield Ungrounded(kind, recaption[entity.start : entity.end], entity.start, entity.end)


def _compatible(text: str) -> str:
    """A source with characters that stand for others replaced: CO₂ by CO2, ℃ by °C (Unicode's form NFKC)."""
    return unicodedata.normalize("NFKC", text.translate(_DEGREE_SIGNS))


def _in_any(known: Callable[[str], set[str]]) -> Callable[[Sequence[str]], Container[str]]:
    return lambda sources: set().union(*map(known, sources))


# How each kind is found in a recaption, and which of it the sources hold.
_WAYS: Mapping[str, tuple[Callable[[str], Iterator[Entity]], Callable[[Sequence[str]], Container[str]]]] = {
    "unit": (units, _in_any(units_anywhere)),
    "panel": (panels, _in_any(panels_anywhere)),
    "acronym": (acronyms, Acronyms),
    "symbol": (symbols, _in_any(symbols_anywhere)),
}
