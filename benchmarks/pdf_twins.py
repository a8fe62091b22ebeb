"""Papers of which LaTeX source and compiled PDF are at hand, and where the source's figures stand in the PDF."""

# mypy: allow-untyped-calls

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymupdf
from PIL import Image
from rapidfuzz import fuzz

from benchmarks.latex_papers import read_papers
from benchmarks.latex_scores import CaptionedFigure, matched_figures
from benchmarks.pdf_location import LEAST_CORRELATION, Trimmed, View, locate, trimmed, view
from s1_assets.extraction.document import Graphic
from s1_assets.extraction.images import render
from s1_assets.extraction.latex.read import read_latex
from s1_assets.extraction.pdf.geometry import Box, hull
from s1_assets.extraction.unpack import Package, unpack
from s1_assets.rejects import Reject
from samples.make import make_samples

SURE = 0.95  # a correlation at which no other page is tried
_DPI = 144
_PAGES_TRIED = 3  # the likeliest by their text
_REACH = 40.0  # points from graphics to the captions of panels
_SAME_WORDS = 85.0  # of 100
_TYPESETTING_SECONDS = 120.0


@dataclass(frozen=True)
class TwinFigure:
    """A labelled figure.

    `page` and `box` are where its graphics stand without their white rims, None where that was not to be found.
    `alike` are other boxes that show the same: with the rims, and with the captions of panels. `views` show its
    graphics one by one.
    """

    caption: str
    page: int | None = None
    box: Box | None = None
    alike: tuple[Box, ...] = ()
    views: tuple[View, ...] = ()


@dataclass(frozen=True)
class Twin:
    """A paper: its PDF, its figures, and the captions of what is labelled as a figure without a graphic file."""

    name: str
    pdf: Path
    figures: tuple[TwinFigure, ...]
    others: tuple[str, ...]


def read_twins(mirrors: Path, labels: Path) -> Iterator[Twin]:
    """The PDFs of the ChemRxiv mirror that were compiled from a labelled paper of the arXiv mirror, unchanged."""
    known = _labelled(labels)
    archives = _archives(mirrors)
    for line in (mirrors / "chemrxiv/WORKS.tsv").read_text().splitlines()[1:]:
        _, pdf, made_from = line.split("\t")[:3]
        kind, _, path = made_from.partition("/")
        name = path.partition("/")[0]
        if kind != "latex" or "#" in made_from or name not in known or name not in archives:
            continue
        package = unpack(archives[name])
        if not isinstance(package, Package):
            raise TypeError(f"the archive of {name} in {mirrors} cannot be unpacked: {package.detail}")
        yield find_figures(name, mirrors / "chemrxiv/pdf" / pdf, known[name], package.files)


def typeset_twins(folder: Path) -> Iterator[Twin]:
    """The project's own LaTeX samples, made and typeset in `folder`; those that do not typeset are told on stderr."""
    make_samples(folder / "mirror")
    labels = Path(__file__).parent.parent / "samples/expected.jsonl"
    known = _labelled(labels)
    for paper in read_papers(folder / "mirror", [labels]):
        if not known.get(paper.id):
            continue
        paper.unpack_to(folder / paper.id)
        pdf = typeset(folder / paper.id, paper.main)
        if pdf is None:
            print(f"{paper.id} cannot be typeset and is left out", file=sys.stderr)
            continue
        yield find_figures(paper.id, pdf, known[paper.id], paper.source.files)


def typeset(folder: Path, main: str) -> Path | None:
    """The PDF that pdflatex makes of a paper of our own; None when it makes none."""
    document = folder / main
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", document.name]
    try:
        for _ in range(2):
            subprocess.run(command, cwd=document.parent, capture_output=True, check=True, timeout=_TYPESETTING_SECONDS)
    except subprocess.SubprocessError:
        return None
    return document.with_suffix(".pdf")


def find_figures(name: str, pdf: Path, captions: Sequence[str], files: Mapping[str, bytes]) -> Twin:
    """A paper with the place of each labelled figure, by the graphics that its source shows."""
    shown: dict[str, list[Graphic]] = {}
    for figure in read_latex(files).figures:
        shown.setdefault(figure.caption, []).extend(figure.graphics)
    read = [CaptionedFigure(caption, ()) for caption in shown]
    matches = matched_figures([CaptionedFigure(caption, ()) for caption in captions], read)
    graphics = {one: shown[read[other].caption] for one, other, _ in matches}
    with pymupdf.open(pdf) as document:
        pages = _Pages(document)
        found = [pages.find(caption, graphics.get(place, []), files) for place, caption in enumerate(captions)]
    figures = tuple(figure for figure in found if figure is not None)
    others = tuple(caption for caption, figure in zip(captions, found, strict=True) if figure is None)
    return Twin(name, pdf, figures, others)


def _labelled(labels: Path) -> dict[str, list[str]]:
    """The captions of each paper."""
    papers = map(json.loads, labels.read_text().splitlines())
    return {paper["paper"]: [figure["caption"] for figure in paper["figures"]] for paper in papers}


def _archives(mirrors: Path) -> dict[str, bytes]:
    archives = {}
    for line in (mirrors / "arxiv/IDS.tsv").read_text().splitlines()[1:]:
        name, _, tar, member = line.split("\t")[:4]
        if tar:
            with tarfile.open(mirrors / "arxiv" / tar) as chunk:
                stream = chunk.extractfile(member)
                archives[name] = stream.read() if stream else b""
    return archives


class _Pages:
    """The pages of a PDF as grey pictures and letters."""

    def __init__(self, document: pymupdf.Document) -> None:
        self._document = document
        self._letters = [_letters(page.get_text()) for page in document.pages()]
        self._pictures: dict[int, Image.Image] = {}

    def find(self, caption: str, graphics: Iterable[Graphic], files: Mapping[str, bytes]) -> TwinFigure | None:
        """Where the graphics of a figure stand, all on the page where they agree best; None without graphics."""
        graphics = [graphic for graphic in graphics if graphic.file in files]
        pictures = [picture for graphic in graphics if (picture := _picture(graphic, files)) is not None]
        if not pictures:
            return None
        letters = _letters(caption)
        likely = sorted(range(len(self._letters)), key=lambda page: -fuzz.partial_ratio(letters, self._letters[page]))
        best, index = LEAST_CORRELATION, -1
        boxes: list[Box] = []
        for page in likely[:_PAGES_TRIED]:
            places = [locate(picture, self._picture(page), self._width(page)) for picture in pictures]
            worst = min(place.correlation for place in places)
            if worst > best:
                best, index, boxes = worst, page, [place.box for place in places]
            if worst > SURE:
                break
        if index < 0:
            return TwinFigure(caption)
        views = [
            view(picture, self._picture(index), self._width(index), box)
            for picture, box in zip(pictures, boxes, strict=True)
        ]
        names = [graphic.subcaption for graphic in graphics if graphic.subcaption]
        around = hull(boxes)
        whole = hull(picture.whole(box) for picture, box in zip(pictures, boxes, strict=True))
        alike = [whole, *(self._with_names(index, box, names) for box in (around, whole) if names)]
        return TwinFigure(caption, index + 1, around, tuple(alike), tuple(views))

    def _width(self, page: int) -> float:
        return float(self._document[page].rect.width)

    def _with_names(self, page: int, box: Box, names: Sequence[str]) -> Box:
        """The box with the lines near it that are captions of panels."""
        wanted, around = _letters(" ".join(names)), box.grown(_REACH)
        lines: list[dict[str, Any]] = [
            line for block in self._document[page].get_text("dict")["blocks"] for line in block.get("lines", ())
        ]
        found = []
        for line in lines:
            text = _letters("".join(span["text"] for span in line["spans"]))
            if around.holds(Box(*line["bbox"])) and fuzz.partial_ratio(text, wanted) >= _SAME_WORDS and len(text) > 3:
                found.append(Box(*line["bbox"]))
        return hull([box, *found])

    def _picture(self, page: int) -> Image.Image:
        if page not in self._pictures:
            pixmap = self._document[page].get_pixmap(dpi=_DPI, colorspace=pymupdf.csGRAY)
            self._pictures[page] = Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)
        return self._pictures[page]


def _picture(graphic: Graphic, files: Mapping[str, bytes]) -> Trimmed | None:
    """What the source shows of a graphic file; None when it cannot be shown."""
    image = render(files[graphic.file], graphic.options)
    return None if isinstance(image, Reject) else trimmed(Image.open(io.BytesIO(image.image)))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))
