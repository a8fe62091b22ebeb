"""LaTeX papers to figures: LaTeXML, pandoc and this project in one run, paper by paper.

    make bench NAME=latex

Takes every LaTeX paper of S1_MIRROR. Default: the labelled papers beside the checkout where they are, else the samples.
Each paper is unpacked once; then each reader in turn gets its main file, as this project finds it. This project reads
in this process, as a worker does, from the unpacked files; a peer is a process for each paper, so its time for an empty
document is told too. Captions and files found are held against the labels, for all three before rendering. What a peer
wrote counts also when it failed or ran out of time.

Ends with `ratio`, the seconds of LaTeXML (where it is missing, of pandoc) for all papers over those of this project;
build/bench/latex.json has all numbers.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.latex_papers import LabelledPaper, read_papers
from benchmarks.latex_peers import PEERS, TIMEOUT_SECONDS, Conversion, Peer
from benchmarks.latex_rendering import Rendering, render_papers
from benchmarks.latex_scores import Agreement, CaptionedFigure
from s1_assets.extraction.latex.read import read_latex
from s1_assets.extraction.latex.source import GRAPHIC_EXTENSIONS
from s1_assets.settings import PROJECT
from samples.make import make_samples

PROJECT_NAME = "this project"
READINGS = 5  # of each paper by this project, of which the median counts
LABELLED, LABELS = PROJECT.parent / "shared/data", "gold_latex.jsonl"
NUMBERS = PROJECT / "build/bench/latex.json"
EMPTY = b"\\documentclass{article}\\begin{document}\\end{document}\n"

Measurement = Mapping[str, Conversion]  # by reader


@dataclass(frozen=True)
class Reader:
    """One row of the tables. `start_up` is the seconds of a process that reads an empty document."""

    name: str
    version: str
    start_up: float
    conversions: Sequence[Conversion]
    agreement: Agreement

    @property
    def seconds(self) -> list[float]:
        """Seconds a paper."""
        return [conversion.seconds for conversion in self.conversions]

    @property
    def first_seconds(self) -> float:
        """Seconds of all papers when each is read for the first time."""
        return sum(conversion.first_seconds or conversion.seconds for conversion in self.conversions)

    def count(self, outcome: str) -> int:
        """Papers that ended so."""
        return sum(conversion.outcome == outcome for conversion in self.conversions)


def installed_peers() -> list[Peer]:
    """The peers on this machine; tells of each that is not."""
    for peer in PEERS:
        if not peer.is_installed():
            print(
                f"{peer.name} is not on this machine and left out: install it with ./install.sh dev {peer.package} "
                f"(Debian: apt-get install {peer.package})",
                file=sys.stderr,
            )
    return [peer for peer in PEERS if peer.is_installed()]


def chosen_papers(folder: Path) -> list[LabelledPaper]:
    """The papers of the mirror with all labels known; makes the samples in `folder` where there is no mirror."""
    chosen = os.environ.get("S1_MIRROR")
    mirror = Path(chosen) if chosen else LABELLED / "mirrors"
    if not chosen and not mirror.is_dir():
        print("S1_MIRROR is not set: comparing on the project's own samples", file=sys.stderr)
        make_samples(folder)
        mirror = folder
    labels = {mirror.parent / LABELS, LABELLED / LABELS, PROJECT / "samples/expected.jsonl"}
    return list(read_papers(mirror, sorted(path for path in labels if path.is_file())))


def measure(paper: LabelledPaper, peers: Iterable[Peer], folder: Path) -> Measurement:
    """One paper by every reader, one right after the other."""
    paper.unpack_to(folder)
    found = {peer.name: peer.convert(folder, paper.main) for peer in peers}
    return found | {PROJECT_NAME: _read(paper)}


def _read(paper: LabelledPaper) -> Conversion:
    seconds = []
    for _ in range(READINGS):
        began = time.perf_counter()
        document = read_latex(paper.source.files)
        seconds.append(time.perf_counter() - began)
    figures = (
        CaptionedFigure(figure.caption, tuple(graphic.file for graphic in figure.graphics))
        for figure in document.figures
    )
    return Conversion(median(seconds), "converted", tuple(figures), seconds[0])


def shown(paper: LabelledPaper, figures: Iterable[CaptionedFigure]) -> list[CaptionedFigure]:
    """The figures of which a file is in the archive, with the names of those files; for every reader the same rule."""
    parent = str(Path(paper.main).parent)
    folders = ["" if parent == "." else parent, ""]
    resolved = (
        CaptionedFigure(
            figure.caption,
            tuple(
                dict.fromkeys(
                    file
                    for name in figure.files
                    if (file := paper.source.graphic(name, folders, GRAPHIC_EXTENSIONS)) is not None
                )
            ),
        )
        for figure in figures
    )
    return [figure for figure in resolved if figure.files]


def readers(
    papers: Sequence[LabelledPaper], measured: Sequence[Measurement], peers: Iterable[Peer], folder: Path
) -> list[Reader]:
    """Each reader's measurements put together, the peers first."""
    versions = {peer.name: (peer.version(), _start_up(peer, folder)) for peer in peers}
    versions[PROJECT_NAME] = "parse, without rendering", _own_start_up()
    found = []
    for name, (version, start_up) in versions.items():
        agreement = Agreement()
        for paper, measurement in zip(papers, measured, strict=True):
            if paper.labels is not None:
                agreement.add(paper.labels, shown(paper, measurement[name].figures))
        found.append(Reader(name, version, start_up, [one[name] for one in measured], agreement))
    return found


def _start_up(peer: Peer, folder: Path) -> float:
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    (empty / "main.tex").write_bytes(EMPTY)
    return median(peer.convert(empty, "main.tex").seconds for _ in range(3))


def _own_start_up() -> float:
    code = f"from s1_assets.extraction.latex.read import read_latex; read_latex({{'main.tex': {EMPTY!r}}})"
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def speed_table(rows: Iterable[Reader]) -> Table:
    """Seconds a paper, and of a process that is started to read an empty document."""
    table = Table(
        "", "", "empty document", "median", "95th percentile", "total", "failed", "timed out", title="Seconds a paper"
    )
    for row in rows:
        numbers = (row.start_up, median(row.seconds), float(np.percentile(row.seconds, 95)), sum(row.seconds))
        table.add_row(
            row.name,
            row.version,
            *(f"{number:,.3f}" for number in numbers),
            str(row.count("failed")),
            str(row.count("timed out")),
        )
    return table


def quality_table(rows: Iterable[Reader]) -> Table:
    """Figures and captions against the labels."""
    table = Table("", *Agreement().rates(), "figures found right", "panels found", title="Quality")
    for row in rows:
        agreement = row.agreement
        if not agreement.labelled:
            return Table("no paper has labels to hold the figures found against", title="Quality")
        table.add_row(
            row.name,
            *(f"{rate:.3f}" for rate in agreement.rates().values()),
            f"{agreement.matched} of {agreement.labelled} ({agreement.found} found)",
            f"{agreement.panels_found} of {agreement.panels}",
        )
    return table


def rendering_table(rendering: Rendering) -> Table:
    """Where the time goes."""
    title = f"{rendering.papers} papers to {rendering.pairs} pairs on one core"
    table = Table("step", "times", "seconds", "share", title=title)
    for step, seconds in sorted(rendering.watch.seconds.items(), key=lambda item: -item[1]):
        calls, share = rendering.watch.calls[step], seconds / rendering.total_seconds
        table.add_row(step, f"{calls:,}", f"{seconds:,.2f}", f"{share:.1%}")
    return table


def comparison(peer: Reader, project: Reader) -> str:
    """How many times faster the project parses than a peer: with and without the start of the peer's process."""
    without = [max(seconds - peer.start_up, 0.0) for seconds in peer.seconds]
    return (
        f"parse: {median(peer.seconds) / median(project.seconds):,.0f}x faster than {peer.name} (median; "
        f"{sum(peer.seconds) / sum(project.seconds):,.0f}x in total, "
        f"{sum(without) / sum(project.seconds):,.0f}x when its start-up costs nothing)"
    )


def record(
    papers: Sequence[LabelledPaper], measured: Sequence[Measurement], rows: Iterable[Reader], rendering: Rendering
) -> dict[str, object]:
    """All numbers, for a JSON file."""
    return {
        "readers": {
            row.name: {
                "version": row.version,
                "start_up_seconds": row.start_up,
                "median_seconds": median(row.seconds),
                "p95_seconds": float(np.percentile(row.seconds, 95)),
                "total_seconds": sum(row.seconds),
                "total_seconds_first_time": row.first_seconds,
                "failed": row.count("failed"),
                "timed_out": row.count("timed out"),
                **row.agreement.record(),
            }
            for row in rows
        },
        "rendering": {
            "papers": rendering.papers,
            "pairs": rendering.pairs,
            "papers_a_minute_a_core": rendering.papers_a_minute,
            "seconds": rendering.watch.seconds,
            "calls": rendering.watch.calls,
        },
        "papers": {
            paper.id: {
                name: {"seconds": conversion.seconds, "outcome": conversion.outcome, "figures": len(conversion.figures)}
                for name, conversion in measurement.items()
            }
            for paper, measurement in zip(papers, measured, strict=True)
        },
    }


def measure_all(papers: Sequence[LabelledPaper], peers: Sequence[Peer], folder: Path) -> list[Measurement]:
    """Every paper by every reader, telling on stderr how far it is."""
    read_latex({"main.tex": EMPTY})  # a worker reads many papers: the tables of commands are there
    measured = []
    for number, paper in enumerate(papers, 1):
        measured.append(measure(paper, peers, folder / paper.id))
        told = ", ".join(
            f"{name} {conversion.seconds:.3f} s" + (f" ({conversion.outcome})" * (conversion.outcome != "converted"))
            for name, conversion in measured[-1].items()
        )
        print(f"{number}/{len(papers)} {paper.id}: {told}", file=sys.stderr, flush=True)
    return measured


def main() -> int:
    """Compares and prints; 1 when there is no peer or no paper to compare with."""
    peers = installed_peers()
    with tempfile.TemporaryDirectory(prefix="latex-") as name:
        folder = Path(name)
        papers = chosen_papers(folder / "samples")
        if not peers or not papers:
            print(f"nothing to compare: {len(peers)} peers, {len(papers)} LaTeX papers", file=sys.stderr)
            return 1
        measured = measure_all(papers, peers, folder / "papers")
        rows = readers(papers, measured, peers, folder)
    rendering = render_papers(papers)
    NUMBERS.parent.mkdir(parents=True, exist_ok=True)
    NUMBERS.write_text(json.dumps(record(papers, measured, rows, rendering), indent=1))
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(f"{len(papers)} LaTeX papers; a peer has {TIMEOUT_SECONDS:.0f} s for each")
    for table in (speed_table(rows), quality_table(rows), rendering_table(rendering)):
        console.print(table)
    *others, project = rows
    for other in others:
        print(comparison(other, project))
    print(f"parse: {project.first_seconds:.2f} s in total where each paper is read for the first time")
    print(f"with rendering: {rendering.papers_a_minute:,.0f} papers a minute a core")
    print(f"ratio {sum(others[0].seconds) / sum(project.seconds):.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
