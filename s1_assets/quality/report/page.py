"""The report as one HTML page that needs no network and runs no script: numbers, charts, checks, and the gallery.

The gallery turns its pages by anchors: a page is shown while it, or a figure of it, is the target of the address.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from resources.lake import Lake
from s1_assets.cells import Cell
from s1_assets.pages.environment import page_environment
from s1_assets.quality.report.choose import Choice, Chosen
from s1_assets.quality.report.drawing import svg_uri
from s1_assets.quality.report.gallery import Shown, read_gallery
from s1_assets.quality.report.numbers import read_numbers
from s1_assets.quality.report.plots import plots
from s1_assets.quality.report.summary_tables import headline, tables

TEMPLATES = Path(__file__).parent / "templates"
FIGURES_A_PAGE = 6


@dataclass(frozen=True)
class GalleryPage:
    """Some figures of one group. `name` is the page's anchor; the neighbours' are None at either end."""

    group: str
    name: str
    number: int
    count: int
    previous: str | None
    next: str | None
    figures: Sequence[Shown]


def write_quality_report(lake: Lake, cells: Sequence[Cell], title: str, path: Path, seed: int = 0) -> None:
    """Writes the report of `cells` to `path`, which appears when it is complete.

    Raises ValueError when the cells have no quality metrics, saying what to run.
    """
    choice = Choice(seed=seed)
    numbers = read_numbers(lake, cells, choice)
    if not numbers.summary.pairs:
        named = ", ".join(map(str, cells[:3])) + (", …" if len(cells) > 3 else "")
        raise ValueError(f"there is no pair in the quality metrics of {named or 'the lake'}")
    chosen = choice.chosen()
    shown = read_gallery(lake, [*chosen.worst, *chosen.best, *chosen.random])
    shown_plots = sorted(plots(numbers), key=lambda plot: plot.figure is None)  # what was not measured comes last
    template = page_environment(TEMPLATES).get_template("report.html.jinja")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("w", encoding="utf-8") as file:
        file.writelines(
            template.generate(
                title=title,
                headline=headline(numbers),
                plots=[(plot, svg_uri(plot.figure) if plot.figure else None) for plot in shown_plots],
                tables=tables(numbers),
                by_clip=chosen.by_clip,
                groups=_groups(chosen),
                pages=list(_pages(chosen, shown)),
                pointers=sum(one.rights == "pointer_only" for one in shown.values()),
                left_out=len(chosen.worst) + len(chosen.best) + len(chosen.random) - len(shown),
            )
        )
    unfinished.replace(path)


def _groups(chosen: Chosen) -> dict[str, str]:
    """What each group that has pairs is called."""
    named = (
        {"worst": "CLIP fell most", "best": "CLIP rose most"}
        if chosen.by_clip
        else {"worst": "Most flags", "best": "Fewest flags"}
    )
    return {name: text for name, text in (named | {"random": "At random"}).items() if getattr(chosen, name)}


def _pages(chosen: Chosen, shown: dict[tuple[Cell, str], Shown]) -> Iterator[GalleryPage]:
    for group in _groups(chosen):
        keys = ((candidate.cell, candidate.pair_id) for candidate in getattr(chosen, group))
        figures = [shown[key] for key in keys if key in shown]
        count = -(-len(figures) // FIGURES_A_PAGE)
        for number in range(1, count + 1):
            first = (number - 1) * FIGURES_A_PAGE
            yield GalleryPage(
                group=group,
                name=f"{group}-{number}",
                number=number,
                count=count,
                previous=f"{group}-{number - 1}" if number > 1 else None,
                next=f"{group}-{number + 1}" if number < count else None,
                figures=figures[first : first + FIGURES_A_PAGE],
            )
