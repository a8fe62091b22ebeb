"""How well found figures agree with those of the source: captions by their letters, crops by their place on the page.

A crop is right when it stands on the page of the source's graphics, the intersection of the two boxes is at least 0.8
of their union (the criterion of PDFFigures 2.0; Clark and Divvala, JCDL 2016, section 5.1), and no more than a
twentieth of the graphics is cut off. White rims of graphics and captions of panels ("(a) Training set") may be in the
crop or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import mean

from benchmarks.latex_scores import CaptionedFigure, matched_figures
from benchmarks.pdf_twins import Twin, TwinFigure
from s1_assets.extraction.pdf.geometry import Box

LEAST_OVERLAP, LEAST_SHOWN = 0.8, 0.95


@dataclass(frozen=True)
class FoundFigure:
    """A figure that an extractor found: its caption without label, page, and box in points of what it shows, if any."""

    caption: str
    page: int
    box: Box | None


@dataclass
class Score:
    """Counts over papers.

    `located` are source figures whose place on a page is known, `right` the crops of them, `correlations` of each how
    well its crop, if any, agrees with the source's picture, `wrong` what went wrong with which.
    """

    labelled: int = 0
    found: int = 0
    matched: int = 0
    extra: int = 0
    located: int = 0
    right: int = 0
    similarities: list[float] = field(default_factory=list)
    correlations: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, twin: Twin, found: Sequence[FoundFigure]) -> None:
        """Count one paper; figures in reading order. What is captioned but shows no graphic file counts for nobody."""
        captions = [*(figure.caption for figure in twin.figures), *twin.others]
        labelled = [CaptionedFigure(caption, ()) for caption in captions]
        matches = matched_figures(labelled, [CaptionedFigure(figure.caption, ()) for figure in found])
        of = {one: (other, score) for one, other, score in matches}
        others = sum(one >= len(twin.figures) for one in of)
        matched = {other for other, _ in of.values()}
        extra = [figure for place, figure in enumerate(found) if place not in matched]
        self.labelled += len(twin.figures)
        self.found += len(found) - others
        self.extra += len(extra)
        self.wrong += [f"{twin.name}: page {figure.page}: no figure: {figure.caption[:60]}" for figure in extra]
        for place, figure in enumerate(twin.figures):
            match = None
            if place in of:
                other, score = of[place]
                match = found[other]
                self.matched += 1
                self.similarities.append(score / 100)
            self._add_crop(twin.name, figure, match)

    def _add_crop(self, name: str, figure: TwinFigure, match: FoundFigure | None) -> None:
        fault = _fault(figure, match)
        if fault:
            self.wrong.append(f"{name}: {fault}: {figure.caption[:60]}")
        if figure.box is None:
            return
        self.located += 1
        self.right += fault is None
        crop = match.box if match is not None and match.page == figure.page else None
        self.correlations.append(min((view.correlation(crop) for view in figure.views), default=0.0))

    def rates(self) -> dict[str, float]:
        """The rates, each from 0 to 1; 0 where there is nothing to divide by."""
        return {
            "caption recall": self.matched / self.labelled if self.labelled else 0.0,
            "caption precision": self.matched / self.found if self.found else 0.0,
            "caption fidelity": mean(self.similarities) if self.similarities else 0.0,
            "crops right": self.right / self.located if self.located else 0.0,
            "correlation": mean(self.correlations) if self.correlations else 0.0,
        }


def _fault(figure: TwinFigure, found: FoundFigure | None) -> str | None:
    """What is wrong with what was found of a figure; None when nothing is, or nobody knows where it stands."""
    if found is None:
        return "caption not found"
    return _fault_of_crop(figure, figure.box, found) if figure.box is not None else None


def _fault_of_crop(figure: TwinFigure, box: Box, found: FoundFigure) -> str | None:
    if found.box is None:
        return f"page {found.page}: no crop"
    if figure.page != found.page:
        return f"page {found.page} instead of {figure.page}"
    shown = box.common(found.box).area / box.area
    if shown < LEAST_SHOWN:
        return f"page {found.page}: {1 - shown:.0%} cut off"
    overlap = max(_overlap(found.box, other) for other in (box, *figure.alike))
    if overlap < LEAST_OVERLAP:
        return f"page {found.page}: overlap {overlap:.2f}"
    return None


def _overlap(box: Box, other: Box) -> float:
    """Intersection over union."""
    common = box.common(other).area
    return common / (box.area + other.area - common)
