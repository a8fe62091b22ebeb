r"""From the files of a LaTeX submission to a `Document`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath

from s1_assets.extraction.document import Anchor, Document, Figure, Graphic, Passage
from s1_assets.extraction.latex.captions import CAPTION_COMMANDS
from s1_assets.extraction.latex.drawing_settings import SETTING_COMMANDS
from s1_assets.extraction.latex.drawings import DRAWING_COMMANDS, DRAWING_ENVIRONMENTS
from s1_assets.extraction.latex.environments import environments
from s1_assets.extraction.latex.expl import EXPL_COMMANDS
from s1_assets.extraction.latex.figure_commands import FIGURE_COMMANDS, FIGURE_ENVIRONMENTS
from s1_assets.extraction.latex.floats import DrawingUse, FigureFound, Panel, Shown
from s1_assets.extraction.latex.glossary import GLOSSARY_COMMANDS
from s1_assets.extraction.latex.graphic_options import BOX_ENVIRONMENTS
from s1_assets.extraction.latex.graphics import GRAPHIC_COMMANDS
from s1_assets.extraction.latex.inputs import INPUT_COMMANDS, INPUT_ENVIRONMENTS
from s1_assets.extraction.latex.macros import Macro
from s1_assets.extraction.latex.main_file import find_documents
from s1_assets.extraction.latex.numbering import letter
from s1_assets.extraction.latex.paragraphs import PARAGRAPH_COMMANDS, PARAGRAPH_ENVIRONMENTS
from s1_assets.extraction.latex.plain_tex import PLAIN_TEX_COMMANDS, PLAIN_TEX_ENVIRONMENTS
from s1_assets.extraction.latex.plain_text import THROUGH, Reference
from s1_assets.extraction.latex.references import reference_commands
from s1_assets.extraction.latex.run_in_headings import HEADING_COMMANDS
from s1_assets.extraction.latex.signatures import signature_commands
from s1_assets.extraction.latex.source import Source, body
from s1_assets.extraction.latex.stomach import Environment, Handler, Paragraph, Reader
from s1_assets.extraction.latex.structure import STRUCTURE_COMMANDS, STRUCTURE_ENVIRONMENTS
from s1_assets.extraction.latex.tokens import Token, source_of
from s1_assets.extraction.latex.typesetting import read_maths, typesetting_commands
from s1_assets.extraction.latex.units import UNIT_COMMANDS
from s1_assets.extraction.latex.unread_text import graphics_in, inputs_in
from s1_assets.rejects import Reason, Reject

# Whether documents beside the main one that are its supplements count as part of the paper, their figures last. Old
# versions and letters to the referees look just the same, so by default their graphics become rejects.
WITH_SUPPLEMENTS = False

_SHOWS_GRAPHICS = re.compile(rb"\\(?:include(?:graphics|svg)|epsf|psfig|plot(?:one|two)|begin\s*\{overpic)")
MAX_UNREAD = 20  # files that the paper does not read are not worth more time than this many
MAX_RANGE = 50  # figures from the first to the last of a range
MAX_TARGETS = 4  # panels and figures that one key may point to; more are a broken or hostile source

Target = tuple[int, str | None]  # figure number and panel letter


@cache
def _commands() -> Mapping[Token, Handler]:
    return (
        typesetting_commands()
        | signature_commands()
        | reference_commands()
        | HEADING_COMMANDS
        | GRAPHIC_COMMANDS
        | DRAWING_COMMANDS
        | SETTING_COMMANDS
        | CAPTION_COMMANDS
        | FIGURE_COMMANDS
        | UNIT_COMMANDS
        | GLOSSARY_COMMANDS
        | STRUCTURE_COMMANDS
        | PARAGRAPH_COMMANDS
        | INPUT_COMMANDS
        | EXPL_COMMANDS
        | PLAIN_TEX_COMMANDS
    )


@cache
def _environments() -> Mapping[str, Environment]:
    return (
        environments(read_maths)
        | BOX_ENVIRONMENTS
        | DRAWING_ENVIRONMENTS
        | FIGURE_ENVIRONMENTS
        | STRUCTURE_ENVIRONMENTS
        | PARAGRAPH_ENVIRONMENTS
        | INPUT_ENVIRONMENTS
        | PLAIN_TEX_ENVIRONMENTS
    )


def read_latex(files: Mapping[str, bytes], with_supplements: bool = WITH_SUPPLEMENTS) -> Document:
    """Read a submission.

    Args:
        files: the unpacked archive, relative posix path to bytes.
        with_supplements: whether documents of the archive that supplement the main one are read too.

    Returns:
        Figures in reading order. A captioned figure without any graphic is among them (so that numbers follow the
        paper) with a reject that says why it is empty. Every graphic is a `Graphic`, also when its file is missing, or
        a `Reject`, those in files that the main document does not read included. Where a limit kept the reader from
        reading all, one reject without a figure and a file says so (READING_LIMIT), beside those of the graphics that
        the unread text shows.
        Nothing is raised, whatever the files hold; without a TeX document there is one reject, NO_MAIN_FILE.
    """
    source = Source(files)
    documents = find_documents(source)
    if documents is None:
        return Document(rejects=(Reject(Reason.NO_MAIN_FILE, "no LaTeX document among the files"),))
    paths = (*documents.paper, *(documents.supplements if with_supplements else ()))
    readers = [_read_document(source, path) for path in paths]
    document = _assemble(readers)
    accounted = {use.file or use.written for reader in readers for use in reader.boxes.graphics}
    unread = (
        *_rejects_cut_off(source, readers, accounted),
        *_rejects_unread(source, readers, accounted),
        *_rejects_kept(source, readers, accounted | _named(document)),
    )
    return replace(document, rejects=document.rejects + unread)


def _named(document: Document) -> set[str]:
    """The files of a document's graphics and drawings, and of its rejects."""
    return {graphic.file for figure in document.figures for graphic in figure.graphics} | {
        reject.source_file for reject in document.rejects if reject.source_file is not None
    }


def _read_document(source: Source, path: str) -> Reader:
    reader = Reader(source, _commands(), _environments())
    parent = str(PurePosixPath(path).parent)
    reader.gullet.open_file(source.text(path), path, "" if parent == "." else parent)
    reader.main_file = path
    reader.files_read.add(path)
    reader.run()
    reader.finish()
    return reader


def _assemble(readers: list[Reader]) -> Document:
    """One document from the main file and its supplements; figure numbers and paragraphs count through."""
    figures: list[Figure] = []
    rejects: list[Reject] = []
    targets: list[dict[str, list[Target]]] = []
    for reader in readers:
        own: dict[str, list[Target]] = {}
        printed = {figure.label for figure in figures if figure.label is not None}
        for found in reader.boxes.figures:
            figure = _figure(found, len(figures) + 1, rejects, own)
            # A supplement that numbers its figures like the paper is cited as "Supplementary Figure 1".
            figures.append(
                replace(figure, label=f"Supplementary {figure.label}") if figure.label in printed else figure
            )
        rejects += _rejects_outside(reader)
        targets.append(own)
    passages: list[Passage] = []
    first_order = 0
    for own, reader in zip(targets, readers, strict=True):
        others = [table for table in targets if table is not own]
        passages += [
            passage
            for paragraph in reader.paragraphs
            if (passage := _passage(paragraph, first_order, [own, *others])) is not None
        ]
        first_order += reader.order
    main = readers[0]
    return Document(tuple(figures), tuple(passages), tuple(rejects), main.title, "\n".join(main.abstract))


def _figure(found: FigureFound, number: int, rejects: list[Reject], targets: dict[str, list[Target]]) -> Figure:
    """One figure with its number; adds its rejects, and what its labels point to."""
    if not found.graphics:
        rejects.append(Reject(Reason.NO_GRAPHIC, "a captioned figure without a graphic", number))
    for key in found.keys:
        _point(targets, key, (number, None))
    for order, panel in enumerate(found.panels, 1):
        for key in panel.keys:
            _point(targets, key, (number, _panel_letter(panel, order, found.graphics)))
    panel_of = {id(use): panel for panel in found.panels for use in panel.graphics}
    graphics = tuple(_graphic(use, panel_of.get(id(use), Panel())) for use in found.graphics)
    return Figure(number, found.caption.label, found.caption.text, graphics, tuple(dict.fromkeys(found.keys)))


def _point(targets: dict[str, list[Target]], key: str, target: Target) -> None:
    known = targets.setdefault(key, [])
    if len(known) < MAX_TARGETS and target not in known:
        known.append(target)


def _panel_letter(panel: Panel, order: int, shown: Sequence[Shown]) -> str | None:
    """The letter of a panel: place of its graphic among several of the figure, else its order among the panels."""
    if len(shown) > 1 and panel.graphics:
        order = next((place for place, use in enumerate(shown, 1) if use in panel.graphics), 0)
    return letter(order) or None


def _graphic(use: Shown, panel: Panel) -> Graphic:
    """A graphic keeps its place among the panels when its file is missing; it then goes by its name as written."""
    subcaption, anchors = " ".join(panel.captions) or None, tuple(dict.fromkeys(panel.keys))
    if isinstance(use, DrawingUse):
        return Graphic(use.drawing.file, {}, subcaption, anchors, use.drawing)
    return Graphic(use.file or use.written, dict(use.options), subcaption, anchors, use.drawing)


def _rejects_outside(reader: Reader) -> list[Reject]:
    """Rejects of graphics that belong to no figure, one a file and reason."""
    found: dict[tuple[Reason, str], str] = {}
    for left in reader.boxes.rest:
        found.setdefault((left.reason, left.use.file or left.use.written), left.detail)
    return [Reject(reason, detail, None, file) for (reason, file), detail in found.items()]


def _rejects_cut_off(source: Source, readers: Sequence[Reader], accounted: set[str]) -> Iterator[Reject]:
    """One reject for all documents that met a limit of the reader, and those of the graphics that they hide."""
    cut_off = [reader for reader in readers if reader.gullet.limits_met]
    if cut_off:
        read = sum(len(reader.boxes.figures) for reader in readers)
        limits = dict.fromkeys(limit for reader in cut_off for limit in reader.gullet.limits_met)
        yield Reject(Reason.READING_LIMIT, f"{'; '.join(limits)}; {read} figures were read")
    for reader in cut_off:
        for name in _shown_in_text(source, reader):
            if name not in accounted:
                accounted.add(name)
                yield Reject(Reason.READING_LIMIT, "in text that was not read", None, name)


def _shown_in_text(source: Source, reader: Reader) -> Iterator[str]:
    """Graphics in the text of the files that a reader opened, and of those that they input."""
    paths = sorted(reader.files_read)
    for path in paths:  # which grows
        parent = str(PurePosixPath(path).parent)
        folders = list(dict.fromkeys(("" if parent == "." else parent, "")))
        text = body(source.text(path))
        for name in graphics_in(text):
            found = source.graphic(name, [*reader.graphic_folders, *folders], reader.graphic_extensions)
            yield found or name
        for name in inputs_in(text):
            found = source.input(name, folders)
            if found is not None and found not in reader.files_read and not source.is_binary(found):
                reader.files_read.add(found)
                paths.append(found)


def _rejects_unread(source: Source, readers: Sequence[Reader], accounted: set[str]) -> Iterator[Reject]:
    """Rejects of the graphics in TeX files that no document read: supplements, other documents, left-overs."""
    read = {path for reader in readers for path in reader.files_read}
    unread = [path for path in source.tex_files() if path not in read and _SHOWS_GRAPHICS.search(source.files[path])]
    for path in unread[MAX_UNREAD:]:
        yield Reject(Reason.NOT_TYPESET, "one of many files that the main document does not read", None, path)
    for path in unread[:MAX_UNREAD]:
        if path in read:
            continue  # another of them read it
        reader = _read_document(source, path)
        shown = [use.file or use.written for use in reader.boxes.graphics]
        if reader.gullet.limits_met:
            shown += _shown_in_text(source, reader)
        read |= reader.files_read
        for name in dict.fromkeys(shown):
            if name not in accounted:
                accounted.add(name)
                yield Reject(Reason.NOT_TYPESET, f"in {path}, which the main document does not read", None, name)


def _cited(reference: Reference, targets: list[dict[str, list[Target]]]) -> Iterator[Target]:
    """The figures and panels that a reference points to, for a range those between as well."""
    found = [target for key in reference.keys for target in next((table[key] for table in targets if key in table), [])]
    yield from found
    if THROUGH in reference.keys and found:
        yield from _between(*sorted((found[0], found[-1]), key=lambda target: (target[0], target[1] or "")))


def _between(first: Target, last: Target) -> Iterator[Target]:
    """The figures between two figures, or the panels between two panels of one."""
    (number, panel), (last_number, last_panel) = first, last
    if number == last_number and panel and last_panel and len(panel + last_panel) == 2:
        yield from ((number, chr(letter)) for letter in range(ord(panel) + 1, ord(last_panel)))
    elif last_number - number <= MAX_RANGE:
        yield from ((between, None) for between in range(number + 1, last_number))


def _rejects_kept(source: Source, readers: Sequence[Reader], accounted: set[str]) -> Iterator[Reject]:
    """Rejects of the graphics that stand in macros which a document defines and never prints, such as its logo."""
    for reader in readers:
        folders = [*reader.graphic_folders, *reader.folders(), ""]
        for name, meaning in reader.gullet.macros.meanings().items():
            if not isinstance(meaning, Macro) or GRAPHIC_COMMANDS.keys().isdisjoint(meaning.body):
                continue
            for written in graphics_in(source_of(token if isinstance(token, str) else "#" for token in meaning.body)):
                file = source.graphic(written, folders, reader.graphic_extensions)
                if file is not None and file not in accounted:
                    accounted.add(file)
                    yield Reject(Reason.NOT_TYPESET, f"kept in {name}, which the document does not print", None, file)


def _passage(paragraph: Paragraph, first_order: int, targets: list[dict[str, list[Target]]]) -> Passage | None:
    """A paragraph with its references to figures resolved; None when it cites none and does not speak of one."""
    anchors: dict[Anchor, None] = {}
    for reference in paragraph.references:
        for number, panel in _cited(reference, targets):
            anchors[Anchor(reference.start, reference.end, number, panel)] = None
    if not anchors and not paragraph.speaks_of_figures:
        return None
    return Passage(first_order + paragraph.order, paragraph.section, paragraph.text, tuple(anchors))
