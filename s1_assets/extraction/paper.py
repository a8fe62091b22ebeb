"""From one paper's archive to its rows of `figure_pairs`, `passages` and `rejects`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from s1_assets.extraction.confined import DiskFullError
from s1_assets.extraction.document import Document, Drawing, Figure, Graphic, panel_letter
from s1_assets.extraction.drawing import Typeset, typeset_drawings
from s1_assets.extraction.images import render
from s1_assets.extraction.jats.read import read_jats
from s1_assets.extraction.latex.read import read_latex
from s1_assets.extraction.meca import read_meca
from s1_assets.extraction.media import media_type
from s1_assets.extraction.own_rights import with_rights_of_captions
from s1_assets.extraction.panel_captions import with_subcaptions
from s1_assets.extraction.pdf.read import read_pdf
from s1_assets.extraction.picture import RenderedImage
from s1_assets.extraction.unpack import unpack
from s1_assets.extraction.view import View
from s1_assets.rejects import Reason, Reject
from s1_assets.tables import FIGURE_PAIRS, Row

STAGE = FIGURE_PAIRS.name
MAX_PICTURED_BYTES = 2 << 30  # of all pairs of a paper; one file shown by every of many figures is written for each

Renderings = dict[tuple[bytes, View | Reject], RenderedImage | Reject]


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
    match package.kind:
        case "latex":
            document, route = read_latex(package.files), "latex"
        case "meca":
            document, route = _read_meca(package.files), "jats"
        case "pdf":
            document, route = _read_pdf(package.files), "pdf"
        case _:
            unsupported = Reject(Reason.UNSUPPORTED_FORMAT, f"source is {package.kind}")
            return _rejected(paper_id, *package.rejects, unsupported)
    extraction = extract_document(paper_id, document, package.files, route)
    extraction.rejects[:0] = [reject.row(paper_id, STAGE) for reject in package.rejects]
    return extraction


def extract_document(paper_id: str, document: Document, files: Mapping[str, bytes], route: str) -> Extraction:
    """The rows of a document that a route has read: each graphic of each figure ends as a pair or as a reject."""
    extraction = Extraction()
    rejects = list(document.rejects)
    renderings: Renderings = {}
    drawn = _typeset(document, files)
    left = MAX_PICTURED_BYTES
    for figure in map(with_subcaptions, map(with_rights_of_captions, document.figures)):
        for position, graphic in enumerate(figure.graphics):
            image = _image(graphic, files, drawn, renderings)
            if isinstance(image, RenderedImage) and len(image.image) > left:
                image = Reject(Reason.READING_LIMIT, f"pictures of more than {MAX_PICTURED_BYTES} bytes in one paper")
            if isinstance(image, Reject):
                rejects.append(replace(image, figure=figure.number, source_file=graphic.file))
            else:
                left -= len(image.image)
                panel = panel_letter(position) if len(figure.graphics) > 1 else None
                extraction.pairs.append(_pair(paper_id, figure, panel, graphic, image, route=route))
    if not document.figures and not any(_is_of_paper(reject) for reject in rejects):
        rejects.append(Reject(Reason.NO_FIGURES, "read in full, holds no captioned figure"))
    extraction.rejects.extend(reject.row(paper_id, STAGE) for reject in rejects)
    extraction.passages.extend({"paper_id": paper_id, **asdict(passage)} for passage in document.passages)
    return extraction


def _read_meca(files: Mapping[str, bytes]) -> Document:
    meca = read_meca(files)
    return Document(rejects=(meca,)) if isinstance(meca, Reject) else read_jats(files, meca.article)


def _read_pdf(files: Mapping[str, bytes]) -> Document:
    """The paper among the PDFs of a package, which is the largest; the others are supplements and earlier versions."""
    names = [name for name, content in files.items() if media_type(content) == "pdf"]
    paper = max(names, key=lambda name: len(files[name]))
    others = (name for name in names if name != paper)
    beside = (Reject(Reason.NOT_TYPESET, "a PDF beside that of the paper", None, name) for name in others)
    document = read_pdf(files[paper], paper)
    return replace(document, rejects=(*document.rejects, *beside))


def _rejected(paper_id: str, *rejects: Reject) -> Extraction:
    return Extraction(rejects=[reject.row(paper_id, STAGE) for reject in rejects])


def _is_of_paper(reject: Reject) -> bool:
    return reject.figure is None and reject.source_file is None


def _typeset(document: Document, files: Mapping[str, bytes]) -> Mapping[Drawing, Typeset | Reject]:
    graphics = (graphic for figure in document.figures for graphic in figure.graphics)
    drawings = [graphic.drawing for graphic in graphics if graphic.drawing is not None]
    return typeset_drawings(drawings, files) if drawings else {}


def _image(
    graphic: Graphic, files: Mapping[str, bytes], drawn: Mapping[Drawing, Typeset | Reject], known: Renderings
) -> RenderedImage | Reject:
    """The graphic's image. A graphic file is shown alone where what is drawn around it cannot be had."""
    if graphic.drawing is not None:
        image = _rendered_drawing(graphic.drawing, drawn[graphic.drawing], known)
        if isinstance(image, RenderedImage) or graphic.file == graphic.drawing.file:
            return image
    if graphic.file not in files:
        return Reject(Reason.FILE_MISSING, f"no {graphic.file!r} in the archive")
    return _rendering(files[graphic.file], graphic.options, known)


def _rendered_drawing(drawing: Drawing, typeset: Typeset | Reject, known: Renderings) -> RenderedImage | Reject:
    if isinstance(typeset, Reject):
        return typeset
    image = _rendering(typeset.content, {"page": str(typeset.page), **dict(drawing.turns)}, known)
    return image if isinstance(image, Reject) else replace(image, page=None)


def _rendering(content: bytes, options: Mapping[str, str], known: Renderings) -> RenderedImage | Reject:
    """The image of a file, rendered once however often, and under however many names, the paper shows it."""
    key = (content, View.of(options))
    if key not in known:
        known[key] = _render(content, options)
    return known[key]


def _render(content: bytes, options: Mapping[str, str]) -> RenderedImage | Reject:
    try:
        return render(content, options)
    except DiskFullError:
        raise
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
        "bbox": graphic.bbox,
        "route": route,
        "figure_text": image.figure_text,
        "rights": figure.own_rights and figure.own_rights.rights,
        "permissions": figure.own_rights and figure.own_rights.statement,
    }
