"""PDFs to figures: this project beside three other ways, on papers of which the LaTeX source tells what is right.

    make bench NAME=pdf

Takes the papers of which a compiled PDF and the labelled source lie beside the checkout, else the project's own LaTeX
samples, typeset by pdflatex. Where a figure stands on a page is found by looking for the source's graphics there
(`pdf_location`); what counts as right stands in `pdf_scores`. Each way reads every PDF in this process. The others are:
images as PyMuPDF lists them, what pdfplumber sees drawn in clusters, and the layout model of pymupdf4llm; each picture
goes to the nearest caption.

Ends with `ratio`, the crops that are right of this project over those of the best other; build/bench/pdf.json has all
numbers. A crop can be right only where caption, page and box all are, so that this figure sums up the others.
"""

import importlib.metadata
import importlib.util
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pymupdf
from rich.console import Console
from rich.table import Table

from benchmarks.pdf_scores import FoundFigure, Score
from benchmarks.pdf_twins import Twin, read_twins, typeset_twins
from benchmarks.pdfplumber_figures import read_pdfplumber
from benchmarks.pymupdf4llm_figures import read_pymupdf4llm
from benchmarks.pymupdf_figures import read_pymupdf
from s1_assets.extraction.pdf.geometry import Box
from s1_assets.extraction.pdf.read import read_pdf
from s1_assets.settings import PROJECT

PROJECT_NAME = "this project"
LABELLED = PROJECT.parent / "shared/data"
NUMBERS = PROJECT / "build/bench/pdf.json"


@dataclass(frozen=True)
class Extractor:
    """A way from a PDF to figures: how the table names it, the package it needs, and its function."""

    name: str
    package: str
    read: Callable[[Path], list[FoundFigure]]

    def is_installed(self) -> bool:
        """Whether its package is there."""
        return importlib.util.find_spec(self.package) is not None

    def version(self) -> str:
        """Of its package."""
        return importlib.metadata.version(self.package)


PEERS = (
    Extractor("images + nearest caption", "pymupdf", read_pymupdf),
    Extractor("clusters + nearest caption", "pdfplumber", read_pdfplumber),
    Extractor("layout model", "pymupdf4llm", read_pymupdf4llm),
)


@dataclass
class Row:
    """What one way reached. `seconds` are for all `pages`."""

    name: str
    version: str
    read: Callable[[Path], list[FoundFigure]]
    score: Score = field(default_factory=Score)
    pages: int = 0
    seconds: float = 0.0

    def add(self, twin: Twin) -> None:
        """Read one paper and count what was found."""
        began = time.perf_counter()
        found = self.read(twin.pdf)
        self.seconds += time.perf_counter() - began
        with pymupdf.open(twin.pdf) as document:  # type: ignore[no-untyped-call]
            self.pages += document.page_count
        self.score.add(twin, found)

    @property
    def numbers(self) -> dict[str, float]:
        """Rates and seconds a page."""
        return self.score.rates() | {"seconds a page": self.seconds / self.pages if self.pages else 0.0}


def read_project(path: Path) -> list[FoundFigure]:
    """The figures that this project's PDF route finds, also those without a picture."""
    found = []
    for figure in read_pdf(path.read_bytes(), path.name).figures:
        if not figure.graphics:
            found.append(FoundFigure(figure.caption, 0, None))
        for graphic in figure.graphics[:1]:
            if graphic.bbox is not None:
                found.append(FoundFigure(figure.caption, int(graphic.options["page"]), Box(*graphic.bbox)))
    return found


def installed_peers() -> list[Extractor]:
    """The peers on this machine; tells of each that is not."""
    for peer in PEERS:
        if not peer.is_installed():
            print(f"{peer.package} is not installed and left out: ./install.sh dev", file=sys.stderr)
    return [peer for peer in PEERS if peer.is_installed()]


def chosen_twins(folder: Path) -> list[Twin]:
    """The labelled papers beside the checkout, else our own samples, typeset in `folder`."""
    labels = LABELLED / "gold_latex.jsonl"
    if labels.is_file():
        twins = read_twins(LABELLED / "mirrors", labels)
    elif shutil.which("pdflatex"):
        print(f"no labelled papers in {LABELLED}: comparing on the project's own samples", file=sys.stderr)
        twins = typeset_twins(folder)
    else:
        print(
            f"no labelled papers in {LABELLED}, and no pdflatex to typeset the project's own samples with "
            "(Debian: apt-get install texlive-latex-extra)",
            file=sys.stderr,
        )
        return []
    chosen = []
    for twin in twins:
        located = sum(figure.box is not None for figure in twin.figures)
        print(f"{twin.name}: {located} of {len(twin.figures)} figures located in {twin.pdf.name}", file=sys.stderr)
        chosen.append(twin)
    return chosen


def compare(twins: Sequence[Twin], peers: Iterable[Extractor]) -> list[Row]:
    """Every paper by every way, one right after the other; this project's row is the last."""
    rows = [Row(peer.name, f"{peer.package} {peer.version()}", peer.read) for peer in peers]
    rows.append(Row(PROJECT_NAME, "without rendering", read_project))
    for twin in twins[:1]:
        for row in rows:
            row.read(twin.pdf)  # loads what is loaded once
    for twin in twins:
        for row in rows:
            row.add(twin)
    return rows


def quality_table(rows: Sequence[Row]) -> Table:
    """Rates, counts and seconds a page. `correlation` is that of crops with the source's pictures."""
    best = Score()
    table = Table("", "", *best.rates(), "crops", "captions", "seconds a page", title="Figures of PDFs")
    for row in rows:
        score = row.score
        table.add_row(
            row.name,
            row.version,
            *(f"{rate:.3f}" for rate in score.rates().values()),
            f"{score.right} of {score.located}",
            f"{score.matched} of {score.labelled}, {score.extra} others",
            f"{row.numbers['seconds a page']:.3f}",
        )
    return table


def possible_correlation(twins: Iterable[Twin]) -> float:
    """The mean correlation that crops reach which show all of the source's graphics."""
    best = [
        min(view.correlation(figure.box) for view in figure.views)
        for twin in twins
        for figure in twin.figures
        if figure.box is not None
    ]
    return sum(best) / len(best) if best else 0.0


def ratio(rows: Sequence[Row]) -> float:
    """The last row's crops that are right over those of the best other row; infinite where no other has one right."""
    *others, project = rows
    best = max((row.score.right for row in others), default=0)
    return project.score.right / best if best else float("inf")


def record(twins: Sequence[Twin], rows: Iterable[Row]) -> dict[str, object]:
    """All numbers, for a JSON file."""
    return {
        "papers": {twin.name: len(twin.figures) for twin in twins},
        "possible_correlation": possible_correlation(twins),
        "ways": {
            row.name: {
                "version": row.version,
                **row.numbers,
                "pages": row.pages,
                "labelled": row.score.labelled,
                "found": row.score.found,
                "located": row.score.located,
                "right": row.score.right,
                "wrong": row.score.wrong,
            }
            for row in rows
        },
    }


def main() -> int:
    """Compares and prints; 1 when there is no paper to compare on."""
    with tempfile.TemporaryDirectory(prefix="pdf-") as name:
        twins = chosen_twins(Path(name))
        if not twins:
            return 1
        rows = compare(twins, installed_peers())
    NUMBERS.parent.mkdir(parents=True, exist_ok=True)
    NUMBERS.write_text(json.dumps(record(twins, rows), indent=1))
    console = Console(width=None if sys.stdout.isatty() else 180)
    possible = possible_correlation(twins)
    console.print(f"{len(twins)} papers, {rows[-1].pages} pages; the best possible correlation is {possible:.3f}")
    console.print(quality_table(rows))
    for fault in rows[-1].score.wrong:
        print(f"{PROJECT_NAME}: {fault}")
    print(f"ratio {ratio(rows):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
