r"""Commands that show a file: graphicx, epsfig, psfig, epsf, AASTeX, pgf, svg, pdfpages, adjustbox, overpic.

`Graphic.options` get the keys as written. What stands around a graphic and turns or cuts it (\rotatebox, adjustbox)
is added to them.
"""

import re
from pathlib import PurePosixPath

from s1_assets.extraction.latex.floats import Caption, GraphicUse, Kind
from s1_assets.extraction.latex.graphic_options import (
    BOX_COMMANDS,
    SEEN_KEYS,
    adjustments,
    merged,
    options_of,
)
from s1_assets.extraction.latex.macros import Macro
from s1_assets.extraction.latex.source import GRAPHIC_EXTENSIONS
from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.tokens import Token, source_of
from s1_assets.rejects import Reason

MAX_GRAPHICS = 10_000  # shown by one document
_ORNAMENT = re.compile(
    r"(?:^|[^a-z])"
    r"(?:logos?|orcid|orcid[-_ ]?i[dc].*|licen[cs]e|cc[-_]?by.*|by[-_]nc.*|badge|emblem|crossmark|icon)"
    r"(?:[^a-z]|$)",
    re.IGNORECASE,
)
_DRAWN = (".tikz", ".pgf", ".pdf_tex", ".pstex_t", ".tex")  # as tikzscale lets \includegraphics show them
_ESCAPED = re.compile(r"\\([_ #%&])")
_CORNERS = ("llx", "lly", "urx", "ury")


def show(reader: Reader, written: str, options: dict[str, str] | None = None) -> None:
    """Put a graphic into the innermost box; `written` is its name as the paper has it."""
    written = " ".join(written.split())
    layer = (options or {}).get("page", "1")
    if not written or (layer != "1" and reader.gullet.file_frame().name.endswith(".pdf_tex")):
        return  # Inkscape shows a drawing page over page; the first one stands for it
    if len(reader.boxes.graphics) >= MAX_GRAPHICS:
        reader.gullet.meet_limit(f"more than {MAX_GRAPHICS:,} graphics")
        return
    path = reader.source.graphic(written, reader.folders(), reader.graphic_extensions)
    if path is not None and path.lower().endswith(_DRAWN):
        reader.gullet.push(["\\input", "{", path, "}"])
        return
    unfit = Reason.NOT_A_FIGURE if _is_ornament(reader, written) else None
    reader.boxes.place(GraphicUse(written, path, merged([*reader.inherited, options or {}]), unfit))


def _is_ornament(reader: Reader, written: str) -> bool:
    """A logo or icon by its name outside of floats, or a mark within the text of a caption."""
    in_float = reader.boxes.within(Kind.FIGURE, Kind.PANEL)
    return reader.around_figures or (not in_float and bool(_ORNAMENT.search(PurePosixPath(written).stem)))


def _include_graphics(reader: Reader) -> None:
    r"""\includegraphics*<overlay>[options]{file}; in the graphics package [llx,lly][urx,ury] is the picture's box."""
    gullet = reader.gullet
    starred = gullet.accept("*")
    gullet.optional("<", ">")
    first = gullet.optional()
    second = gullet.optional()
    if second is not None:
        corners = f"{source_of(first or [])} {source_of(second)}".replace(",", " ")
        options = {"viewport": corners, "clip": "true"} if starred else {"bb": corners}
    else:
        options = options_of(gullet.expand_all(first or []))
        if starred:
            options.setdefault("clip", "true")
    gullet.optional("<", ">")
    show(reader, _file_name(reader), options)


def _file_name(reader: Reader) -> str:
    r"""The file of a graphic; braces only hide blanks and points, and what \detokenize leaves prints itself."""
    return _ESCAPED.sub(r"\1", reader.gullet.word()).replace("{", "").replace("}", "")


def _plain_include(optional: int) -> Handler:
    r"""\plotone{file}, \epsffile[llx lly urx ury]{file}, \pgfimage[..]{file}: options or a box, then the file."""

    def handle(reader: Reader) -> None:
        reader.gullet.accept("*")
        options: dict[str, str] = {}
        for _ in range(optional):
            found = reader.gullet.optional()
            text = source_of(found or [])
            if found and "=" in text:
                options |= options_of(reader.gullet.expand_all(found))
            elif len(text.split()) == len(_CORNERS):
                options["bb"] = text
        show(reader, _file_name(reader), options)

    return handle


def _several(count: int) -> Handler:
    r"""Commands with several files, such as \plottwo."""

    def handle(reader: Reader) -> None:
        for _ in range(count):
            show(reader, _file_name(reader))

    return handle


def _plot_fiddle(reader: Reader) -> None:
    r"""AASTeX's \plotfiddle{file}{height}{angle}{width scale}{height scale}{x}{y}."""
    name = _file_name(reader)
    reader.gullet.argument()
    show(reader, name, {"angle": reader.gullet.word()})
    for _ in range(4):
        reader.gullet.argument()


def _key_value(reader: Reader) -> None:
    r"""\epsfig{file=...,width=...} and \psfig{figure=...}."""
    options = options_of(reader.gullet.expand_all(reader.gullet.argument()))
    name = next((options.pop(key) for key in ("file", "figure", "prosepsfile") if key in options), "")
    corners = [options.get("bb" + corner) for corner in _CORNERS]
    if all(corners):
        options["bb"] = " ".join(str(corner) for corner in corners)
    show(reader, name, options)


def _aastex_fig(reader: Reader) -> None:
    r"""AASTeX's \fig{file}{width}{caption} within \gridline."""
    if reader.gullet.peek() != "{":
        return
    name = _file_name(reader)
    reader.gullet.argument()
    caption = reader.gullet.argument()
    reader.boxes.open(Kind.PANEL)
    show(reader, name)
    panel = Caption(numbered=False, label=None)
    reader.boxes.place(panel)
    panel.text = reader.plain(caption)
    reader.boxes.close()


def _rotated_fig(reader: Reader) -> None:
    r"""AASTeX's \rotatefig{angle}{file}{width}{caption}."""
    reader.inherited.append({"angle": reader.gullet.word()})
    _aastex_fig(reader)
    reader.inherited.pop()


def _adjust_image(reader: Reader) -> None:
    r"""\adjustimage{options}{file}."""
    options = adjustments(reader)
    show(reader, _file_name(reader), options)


def _biography(reader: Reader) -> None:
    r"""\bio{portrait} of Elsevier's classes."""
    reader.boxes.open(Kind.PORTRAIT)
    show(reader, _file_name(reader))
    reader.boxes.close()


def _special(reader: Reader) -> None:
    r"""\special{psfile=...}, the oldest way."""
    written = source_of(reader.gullet.expand_all(reader.gullet.argument()))
    found = re.search(r"psfile\s*=\s*\"?([^\s\"]+)", written, re.IGNORECASE)
    if found:
        given = dict(re.findall(rf"\b(angle|{'|'.join(_CORNERS)})\s*=\s*([-+.\d]+)", written))
        options = {"angle": given["angle"]} if "angle" in given else {}
        if given.keys() >= set(_CORNERS):
            options["bb"] = " ".join(given[corner] for corner in _CORNERS)
        show(reader, found[1], options)


def _include_pdf(reader: Reader) -> None:
    options = options_of(reader.gullet.expand_all(reader.gullet.optional() or []))
    pages = options.pop("pages", "")
    if pages[:1].isdecimal():
        options["page"] = re.split(r"\D", pages)[0]
    show(reader, _file_name(reader), options)


def _include_svg(reader: Reader) -> None:
    r"""\includesvg: the drawing as the PDF that Inkscape made of it, or as SVG; last the PDF that lacks the text."""
    options = options_of(reader.gullet.expand_all(reader.gullet.optional() or []))
    name = _file_name(reader)
    stem = name.removesuffix(".svg")
    made, rest = ("_svg-raw.pdf", ".pdf", ".png"), (".svg", "_svg-tex.pdf")
    found = (reader.source.graphic(stem, reader.folders(), extensions) for extensions in (made, rest))
    show(reader, next(filter(None, found), name), {key: value for key, value in options.items() if key in SEEN_KEYS})


def _animate(reader: Reader) -> None:
    r"""\animategraphics[..]{rate}{base}{first}{last}: the first frame."""
    reader.gullet.optional()
    reader.gullet.argument()
    base, first = _file_name(reader), reader.gullet.word()
    reader.gullet.argument()
    show(reader, base + first)


def _graphic_path(reader: Reader) -> None:
    r"""\graphicspath{{a/}{b/}}; the last one given counts."""
    listed = source_of(reader.gullet.expand_all(reader.gullet.argument()))
    folders = re.findall(r"\{([^{}]*)\}", listed) or listed.split(",")  # inner braces are often forgotten
    reader.graphic_folders = [folder.strip(' "') for folder in folders[:50]]


def _graphic_extensions(reader: Reader) -> None:
    listed = tuple(part.strip().lower() for part in reader.gullet.word().split(",") if part.strip().startswith("."))
    others = tuple(extension for extension in GRAPHIC_EXTENSIONS if extension not in listed)
    reader.graphic_extensions = (*listed[:30], *others)


def _declare_image(reader: Reader) -> None:
    r"""\pgfdeclareimage[options]{name}{file}, shown by \pgfuseimage{name}."""
    options = reader.gullet.optional() or []
    name, file = reader.gullet.word(), reader.gullet.argument()
    reader.gullet.macros.define(f"\\pgfimage {name}", _stored(options, file), everywhere=True)


def _stored(options: list[Token], file: list[Token]) -> Macro:
    return Macro((), ("\\pgfimage", "[", *options, "]", "{", *file, "}"))


def _use_image(reader: Reader) -> None:
    reader.gullet.push([f"\\pgfimage {reader.gullet.word()}"])


GRAPHIC_COMMANDS: dict[Token, Handler] = BOX_COMMANDS | {
    "\\includegraphics": _include_graphics,
    "\\adjincludegraphics": _include_graphics,
    "\\adjustimage": _adjust_image,
    "\\includegraphic": _include_graphics,
    "\\includestandalone": _include_graphics,
    "\\epsfig": _key_value,
    "\\psfig": _key_value,
    "\\epsfile": _key_value,
    "\\epsffile": _plain_include(1),
    "\\epsfbox": _plain_include(1),
    "\\plotone": _plain_include(0),
    "\\plottwo": _several(2),
    "\\plotfiddle": _plot_fiddle,
    "\\pgfimage": _plain_include(1),
    "\\pgfdeclareimage": _declare_image,
    "\\pgfuseimage": _use_image,
    "\\includesvg": _include_svg,
    "\\includepdf": _include_pdf,
    "\\animategraphics": _animate,
    "\\special": _special,
    "\\fig": _aastex_fig,
    "\\leftfig": _aastex_fig,
    "\\rightfig": _aastex_fig,
    "\\boxedfig": _aastex_fig,
    "\\rotatefig": _rotated_fig,
    "\\figsetplot": _plain_include(0),
    "\\bio": _biography,
    "\\graphicspath": _graphic_path,
    "\\DeclareGraphicsExtensions": _graphic_extensions,
}
