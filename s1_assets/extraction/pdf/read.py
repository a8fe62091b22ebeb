"""From the bytes of a PDF to a `Document`."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from s1_assets.context.literal_references import literal_references
from s1_assets.extraction.document import Document, Figure, Graphic, Passage
from s1_assets.extraction.pdf.apart import Region, Regions, join_apart
from s1_assets.extraction.pdf.assign import Direction, Habits, Shares, assign, usual_directions
from s1_assets.extraction.pdf.captions import Caption, find_captions
from s1_assets.extraction.pdf.flow import find_flow
from s1_assets.extraction.pdf.front import read_abstract, read_title
from s1_assets.extraction.pdf.furniture import find_furniture, repeated_boxes
from s1_assets.extraction.pdf.geometry import Box, hull
from s1_assets.extraction.pdf.ink import Ink
from s1_assets.extraction.pdf.pages import Line, Page, Pdf, open_pdf
from s1_assets.extraction.pdf.regions import Piece, Surroundings, find_pieces, gathered, survey
from s1_assets.extraction.pdf.text import read_paragraphs
from s1_assets.extraction.pdf.typography import Typography, read_typography
from s1_assets.extraction.pdf.words import Words
from s1_assets.rejects import Reason, Reject

_FEWEST_LETTERS = 20  # a page, of a document that has a text layer
_LINES_ON_PLATE = 6  # of running text, on a page of pictures
_NEIGHBOURS = 30.0  # points between pictures that are told of as one
_INSIDE = 0.5  # of a line, in a picture
_ICON = 60.0  # points; a picture of which both sides are shorter is none of the paper's figures


@dataclass(frozen=True)
class Layout:
    """A PDF taken apart, page by page: the captions of its figures in reading order and what each shows.

    `lone` are boxes around pictures without a caption, by page; `undrawn` tells of the pages that have only text to go
    by. What is read of tables and algorithms serves only to keep figures from taking theirs.
    """

    furniture: Collection[Line]
    typography: Typography
    surroundings: Mapping[int, Surroundings]
    captions: Sequence[Caption]
    regions: Regions
    lone: Mapping[int, Sequence[Box]]
    undrawn: Sequence[Reject]


def read_pdf(content: bytes, name: str) -> Document:
    """Read a paper.

    Args:
        content: the PDF.
        name: its path in the package.

    Returns:
        Figures in reading order, each with one graphic: page and box of the PDF that show it. A captioned figure
        without a picture is among them with a reject (NO_GRAPHIC); a picture without a caption is a reject
        (NO_CAPTION). Nothing is raised, whatever the file holds: one that cannot be read gives one reject.
    """
    with open_pdf(content) as pdf:
        if isinstance(pdf, Reject):
            return Document(rejects=(pdf,))
        return _read(pdf, name)


def _read(pdf: Pdf, name: str) -> Document:
    found = list(pdf.pages())
    pages = [page for page in found if isinstance(page, Page)]
    rejects = [page for page in found if isinstance(page, Reject)]
    layout = lay_out(pdf, pages)
    if isinstance(layout, Reject):
        return Document(rejects=(*rejects, layout))
    words = Words(line.text for page in pages for line in page.lines if line not in layout.furniture)
    figures, without = _figures(layout, name, words)
    text = {number: _outside_figures(layout, around) for number, around in layout.surroundings.items()}
    running = {line for around in layout.surroundings.values() for line in around.running}
    paragraphs = read_paragraphs(text, running, layout.typography, words)
    passages = tuple(
        Passage(order, " > ".join(paragraph.sections), paragraph.text)
        for order, paragraph in enumerate(paragraphs)
        if next(literal_references(paragraph.text), None) is not None
    )
    title = read_title(pdf.metadata_title, pages[0].lines, layout.typography, words)
    rejects += [*layout.undrawn, *without, *_uncaptioned(layout, name)]
    return Document(tuple(figures), passages, tuple(rejects), title, read_abstract(paragraphs))


def lay_out(pdf: Pdf, pages: Sequence[Page]) -> Layout | Reject:
    """Take a PDF's pages apart; a reject where it has no text to go by."""
    letters = sum(len(line.text) for page in pages for line in page.lines)
    furniture = find_furniture(pages)
    typography = read_typography(pages, furniture)
    if typography is None or letters < _FEWEST_LETTERS * len(pages):
        return Reject(Reason.SCANNED, f"{letters} letters on {len(pages)} pages: no text layer to find captions in")
    captions = find_captions(pages, furniture, typography)
    surroundings, undrawn = _survey_all(pdf, pages, furniture, captions, typography)
    near: dict[Caption, Region] = {}
    lone: dict[int, list[Box]] = {}
    for number, shares in _assign_all(captions, surroundings).items():
        around = surroundings[number]
        for caption, parts in shares.items():
            if caption.kind == "figure" and any(part.kind in {"picture", "diagram"} for part in parts):
                others = [part.box for other in shares if other is not caption for part in shares[other]]
                near[caption] = Region(number, around.region(parts, others, typography))
        lone[number] = _lone(around, shares, typography)
    plates = {
        number: hull(boxes)
        for number, boxes in lone.items()
        if boxes and len(surroundings[number].running) <= _LINES_ON_PLATE
    }
    of_figures = [caption for caption in captions if caption.kind == "figure"]
    of_figures, regions = join_apart(of_figures, near, plates)
    shown = {region.page for caption in of_figures for region in regions.get(caption, ()) if caption not in near}
    left = {number: boxes for number, boxes in lone.items() if number not in shown}
    return Layout(furniture, typography, surroundings, of_figures, regions, left, undrawn)


def _lone(around: Surroundings, shares: Shares, typography: Typography) -> list[Box]:
    """Pictures larger than an icon that no caption of the page speaks of, those near each other as one."""
    taken = {part for parts in shares.values() for part in parts}
    free = [part for part in around.parts if part.kind == "picture" and part not in taken]
    others = [part.box for part in taken]
    groups = gathered([part.box for part in free], _NEIGHBOURS, _NEIGHBOURS)
    large = [group for group in groups if max(hull(group).width, hull(group).height) > _ICON]
    return [around.region([part for part in free if part.box in group], others, typography) for group in large]


def _survey_all(
    pdf: Pdf, pages: Sequence[Page], furniture: set[Line], captions: Sequence[Caption], typography: Typography
) -> tuple[dict[int, Surroundings], list[Reject]]:
    """Every page taken apart, by number, and what could not be drawn of it."""
    texts: list[tuple[Collection[Line], Collection[Line], Collection[Line]]] = []
    pieces: list[list[Piece]] = []
    undrawn: list[Reject] = []
    for page in pages:
        of_captions = {line for caption in captions for line in caption.lines.get(page.number, ())}
        others = [line for line in page.lines if line not in furniture and line not in of_captions]
        running = find_flow(others, typography)
        texts.append((running, of_captions, [line for line in others if line not in running]))
        picture = pdf.picture(page)
        if isinstance(picture, Reject):
            undrawn.append(picture)
            pieces.append([])
        else:
            pieces.append(find_pieces(Ink(*picture, page.lines), page, *texts[-1], typography=typography))
    repeated = repeated_boxes(pages, [[piece.box for piece in on_page] for on_page in pieces])
    surroundings = {
        page.number: survey(page, [piece for piece in on_page if piece.box not in again], *text, typography=typography)
        for page, on_page, again, text in zip(pages, pieces, repeated, texts, strict=True)
    }
    return surroundings, undrawn


def _assign_all(captions: Sequence[Caption], surroundings: Mapping[int, Surroundings]) -> dict[int, Shares]:
    """What each caption names: once by itself, then once more knowing where such captions look in this document."""
    habits: Habits = {}
    shares: dict[int, Shares] = {}
    for _ in range(2):
        looks: list[tuple[Caption, Direction]] = []
        for number, around in surroundings.items():
            shares[number], directions = assign([c for c in captions if c.page == number], around, habits)
            looks += directions.items()
        habits = usual_directions(looks)
    return shares


def _outside_figures(layout: Layout, around: Surroundings) -> list[Line]:
    """Running text and the lines that may be headings; words of a picture or figure, however large, are none."""
    number = around.page.number
    shown = [region.box for regions in layout.regions.values() for region in regions if region.page == number]
    shown += [part.box for part in around.parts if part.kind in {"picture", "diagram"}]
    loose = {line for line in around.loose if not any(box.holds(line.box, _INSIDE) for box in shown)}
    return [line for line in around.page.lines if line in around.running or line in loose]


def _figures(layout: Layout, name: str, words: Words) -> tuple[list[Figure], list[Reject]]:
    figures: list[Figure] = []
    rejects: list[Reject] = []
    for number, caption in enumerate(layout.captions, 1):
        regions = layout.regions.get(caption, ())
        if not regions:
            rejects.append(Reject(Reason.NO_GRAPHIC, f"page {caption.page}: no picture by the caption", number, name))
        graphics = tuple(_graphic(name, layout.surroundings[region.page].page, region.box) for region in regions)
        figures.append(Figure(number, caption.label.printed, _text(caption, words), graphics))
    return figures, rejects


def _graphic(name: str, page: Page, region: Box) -> Graphic:
    box, shown = page.as_shown(region), page.as_shown(page.area)
    viewport = f"{box.x0:.2f} {shown.height - box.y1:.2f} {box.x1:.2f} {shown.height - box.y0:.2f}"
    options = {"page": str(page.number), "viewport": viewport, "clip": "true", "angle": str(-page.turned)}
    return Graphic(name, options, bbox=box)


def _text(caption: Caption, words: Words) -> str:
    """The caption's text without its label."""
    lines = [line.text for lines in caption.lines.values() for line in lines]
    return words.joined([caption.label.rest, *lines[1:]])


def _uncaptioned(layout: Layout, name: str) -> Iterator[Reject]:
    for number, boxes in layout.lone.items():
        for box in boxes:
            place = ", ".join(f"{side:.0f}" for side in layout.surroundings[number].page.as_shown(box))
            yield Reject(Reason.NO_CAPTION, f"page {number}: a picture without a caption at {place}", None, name)
