"""How well found figures agree with labelled ones: recall, precision, panels and captions.

Captions are compared by their letters and digits alone, so that nobody is judged by how citations, maths or blanks are
written down. A found figure matches a labelled one when `fuzz.ratio` of the two captions is at least 85; each
is matched once, the most similar first.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from statistics import mean

from rapidfuzz import fuzz

THRESHOLD = 85.0  # of 100

_PLACEHOLDER = re.compile(r"\[(?:cite|ref)\]")
_COMMAND = re.compile(r"\\[a-z]+")
_NO_LETTER = re.compile(r"[^0-9a-z]+")


@dataclass(frozen=True)
class CaptionedFigure:
    """A caption and the names of the graphic files that it describes."""

    caption: str
    files: tuple[str, ...]


@dataclass
class Agreement:
    """Counts over papers, of labelled figures and panels and of those found; `similarities` are of matched captions."""

    labelled: int = 0
    found: int = 0
    matched: int = 0
    panels: int = 0
    panels_found: int = 0
    similarities: list[float] = field(default_factory=list)

    def add(self, labelled: Sequence[CaptionedFigure], found: Sequence[CaptionedFigure]) -> None:
        """Count one paper; figures of both in reading order, each with at least one file."""
        matches = matched_figures(labelled, found)
        self.labelled += len(labelled)
        self.found += len(found)
        self.matched += len(matches)
        self.panels += sum(len(figure.files) for figure in labelled)
        for one, other, similarity in matches:
            self.similarities.append(similarity / 100)
            self.panels_found += sum(_holds(found[other].files, file) for file in labelled[one].files)

    def rates(self) -> dict[str, float]:
        """The four rates, each from 0 to 1; 0 where there is nothing to divide by."""
        return {
            "figure recall": self.matched / self.labelled if self.labelled else 0.0,
            "figure precision": self.matched / self.found if self.found else 0.0,
            "panel recall": self.panels_found / self.panels if self.panels else 0.0,
            "caption fidelity": mean(self.similarities) if self.similarities else 0.0,
        }

    def record(self) -> dict[str, float]:
        """Rates and counts for a JSON file."""
        counts = asdict(self)
        del counts["similarities"]
        return self.rates() | counts


def matched_figures(
    labelled: Sequence[CaptionedFigure], found: Sequence[CaptionedFigure]
) -> list[tuple[int, int, float]]:
    """Places of the figures that match, with their similarity from 85 to 100; ties go to the order in the paper."""
    candidates = sorted(
        (
            (similarity(figure.caption, other.caption), -abs(one - place), one, place)
            for one, figure in enumerate(labelled)
            for place, other in enumerate(found)
        ),
        reverse=True,
    )
    matches: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for score, _, one, place in candidates:
        if score >= THRESHOLD and one not in matches and place not in taken:
            matches[one] = place, score
            taken.add(place)
    return [(one, place, score) for one, (place, score) in matches.items()]


def similarity(caption: str, other: str) -> float:
    """0 to 100, by letters and digits alone."""
    return fuzz.ratio(_letters(caption), _letters(other))


def _letters(caption: str) -> str:
    text = _COMMAND.sub(" ", _PLACEHOLDER.sub(" ", caption.lower()))
    return _NO_LETTER.sub("", text)


def _holds(files: Iterable[str], wanted: str) -> bool:
    """Whether the file is among `files`, by its name without folders and, if need be, without extension."""
    name = PurePosixPath(wanted.lower())
    others = [PurePosixPath(file.lower()) for file in files]
    return any(other.name == name.name or other.stem == name.stem for other in others)
