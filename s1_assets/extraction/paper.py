"""From one paper's archive to its rows of `figure_pairs`, `passages` and `rejects`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from s1_assets.extraction.document import Document, Figure, Graphic
from s1_assets.extraction.images import render
from s1_assets.extraction.latex.read import read_latex
from s1_assets.extraction.picture import RenderedImage
from s1_assets.extraction.unpack import unpack
from s1_assets.rejects import Reason, Reject
from s1_assets.tables import FIGURE_PAIRS, Row

STAGE = FIGURE_PAIRS.name

Renderings = dict[tuple[str, tuple[tuple[str, str], ...]], RenderedImage | Reject]


@dataclass(frozen=True)
class Extraction:
    """What one paper gave, as rows of the three tables."""

    pairs: list[Row] = field(default_factory=list)
    passages: list[Row] = field(default_factory=list)
    rejects: list[Row] = field(default_factory=list)


def extract_paper(paper: Row, archive: bytes) -> Extraction:
    """The rows of one paper: `paper` is its row of `raw_papers`, `archive` the bytes that the row points to.

    Whatever is in the archive ends as rows. A withdrawn or retracted paper is not opened; a live one without a format
    was rejected by `raw_papers` already.
    """
    paper_id = paper["paper_id"]
    if paper["status"] != "live":
        return _rejected(paper_id, Reject(Reason.WITHDRAWN, f"status {paper['status']}"))
    if paper["format"] == "none":
        return Extraction()
    package = unpack(archive)
    if isinstance(package, Reject):
        return _rejected(paper_id, package)
    if package.kind != "latex":
        return _rejected(paper_id, *package.rejects, Reject(Reason.UNSUPPORTED_FORMAT, f"source is {package.kind}"))
    document = read_latex(package.files)
    extraction = extract_document(paper_id, document, package.files, route="latex")
    extraction.rejects[:0] = [reject.row(paper_id, STAGE) for reject in package.rejects]
    return extraction


def extract_document(paper_id: str, document: Document, files: Mapping[str, bytes], route: str) -> Extraction:
    """The rows of a document that a route has read: each graphic of each figure ends as a pair or as a reject."""
    extraction = Extraction()
    rejects = list(document.rejects)
    renderings: Renderings = {}
    for figure in document.figures:
        for position, graphic in enumerate(figure.graphics):
            image = _rendering(graphic, files, renderings)
            if isinstance(image, Reject):
                rejects.append(replace(image, figure=figure.number, source_file=graphic.file))
            else:
                panel = panel_letter(position) if len(figure.graphics) > 1 else None
                extraction.pairs.append(_pair(paper_id, figure, panel, graphic, image, route=route))
    if not document.figures and not any(_is_of_paper(reject) for reject in rejects):
        rejects.append(Reject(Reason.NO_FIGURES, "read in full, holds no captioned figure"))
    extraction.rejects.extend(reject.row(paper_id, STAGE) for reject in rejects)
    extraction.passages.extend({"paper_id": paper_id, **asdict(passage)} for passage in document.passages)
    return extraction


def panel_letter(position: int) -> str:
    """a, b, ... z, aa, ab, ... for 0, 1, ..."""
    letters = ""
    position += 1
    while position:
        position, letter = divmod(position - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return letters


def _rejected(paper_id: str, *rejects: Reject) -> Extraction:
    return Extraction(rejects=[reject.row(paper_id, STAGE) for reject in rejects])


def _is_of_paper(reject: Reject) -> bool:
    return reject.figure is None and reject.source_file is None


def _rendering(graphic: Graphic, files: Mapping[str, bytes], known: Renderings) -> RenderedImage | Reject:
    """The graphic's image, rendered once however often the paper shows it."""
    key = (graphic.file, tuple(sorted(graphic.options.items())))
    if key not in known:
        known[key] = _render(graphic, files)
    return known[key]


def _render(graphic: Graphic, files: Mapping[str, bytes]) -> RenderedImage | Reject:
    if graphic.file not in files:
        return Reject(Reason.FILE_MISSING, f"no {graphic.file!r} in the archive")
    try:
        return render(files[graphic.file], graphic.options)
    except MemoryError:
        return Reject(Reason.OUT_OF_MEMORY, "rendering needs more memory than the worker may have")
    except Exception as error:  # noqa: BLE001 - a hostile image that breaks a decoder costs itself, not the paper
        return Reject(Reason.UNREADABLE_IMAGE, f"{type(error).__name__}: {error}")


def _pair(
    paper_id: str, figure: Figure, panel: str | None, graphic: Graphic, image: RenderedImage, *, route: str
) -> Row:
    return {
        "pair_id": f"{paper_id}#{figure.number}{panel or ''}",
        "paper_id": paper_id,
        "figure": figure.number,
        "panel": panel,
        "label": figure.label,
        "anchors": [*figure.anchors, *graphic.anchors],
        "caption": figure.caption,
        "subcaption": graphic.subcaption,
        "image": image.image,
        "image_format": image.image_format,
        "width": image.width,
        "height": image.height,
        "image_sha256": image.sha256,
        "phash": image.phash,
        "source_file": graphic.file,
        "page": image.page,
        "bbox": None,
        "route": route,
        "figure_text": image.figure_text,
    }
