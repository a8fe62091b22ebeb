r"""Commands that show a file: graphicx, epsfig, psfig, epsf, AASTeX, pgf, svg, pdfpages, adjustbox, overpic.

`Graphic.options` get the keys as written. What stands around a graphic and turns or cuts it (\rotatebox, adjustbox)
is added to them.
"""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from s1_assets.extraction.latex.floats import Caption, GraphicUse, Kind
from s1_assets.extraction.latex.macros import Macro
from s1_assets.extraction.latex.source import GRAPHIC_EXTENSIONS
from s1_assets.extraction.latex.stomach import Environment, Handler, Reader
from s1_assets.extraction.latex.tokens import Token, source_of, trim
from s1_assets.rejects import Reason

_ORNAMENT = re.compile(
    r"(?:^|[^a-z])"
    r"(?:logos?|orcid|orcid[-_ ]?i[dc].*|licen[cs]e|cc[-_]?by.*|by[-_]nc.*|badge|emblem|crossmark|icon)"
    r"(?:[^a-z]|$)",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"\\([_ #%&])")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?")
_SEEN_KEYS = frozenset(("angle", "trim", "clip", "viewport", "page", "origin", "bb"))


def options_of(tokens: list[Token]) -> dict[str, str]:
    """The keys of an option list such as `width=3cm, clip, trim={0 0 1cm 0}`; a key without value is `true`."""
    options: dict[str, str] = {}
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token == "{") - (token == "}")
        pieces = [token] if depth or token[0] == "\\" else re.split("(,)", token)
        for piece in pieces:
            if piece == "," and depth == 0:
                parts.append([])
            elif piece:
                parts[-1].append(piece)
    for part in parts:
        key, equals, value = source_of(trim(part)).partition("=")
        value = value.strip()
        if value.startswith("{") and value.endswith("}"):
            value = value[1:-1].strip()
        if key.strip():
            options[key.strip()] = value if equals else "true"
    return options


def show(reader: Reader, written: str, options: dict[str, str] | None = None) -> None:
    """Put a graphic into the innermost box; `written` is its name as the paper has it."""
    written = " ".join(written.split())
    layer = (options or {}).get("page", "1")
    if not written or (layer != "1" and reader.gullet.file_frame().name.endswith(".pdf_tex")):
        return  # Inkscape shows a drawing page over page; the first one stands for it
    path = reader.source.graphic(written, reader.folders(), reader.graphic_extensions)
    unfit = Reason.NOT_A_FIGURE if _is_ornament(reader, written) else None
    reader.place(GraphicUse(written, path, _merged([*reader.inherited, options or {}]), unfit))


def _merged(layers: list[dict[str, str]]) -> dict[str, str]:
    """Options of all layers, outermost first; angles add up."""
    merged: dict[str, str] = {}
    for layer in layers:
        angles = [value for value in (merged.get("angle"), layer.get("angle")) if value and _NUMBER.fullmatch(value)]
        merged |= layer
        if len(angles) == 2:
            merged["angle"] = f"{sum(map(float, angles)):g}"
    return merged


def _is_ornament(reader: Reader, written: str) -> bool:
    """A logo or icon by its name outside of floats, or a mark within the text of a caption."""
    in_float = any(box.kind in {Kind.FIGURE, Kind.PANEL} for box in reader.boxes)
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
    r"""\plotone{file}, \epsffile[..]{file}, \pgfimage[..]{file}: options, then the file."""

    def handle(reader: Reader) -> None:
        reader.gullet.accept("*")
        options: dict[str, str] = {}
        for _ in range(optional):
            found = reader.gullet.optional()
            text = source_of(found or [])
            options |= options_of(reader.gullet.expand_all(found)) if found and "=" in text else {}
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
    show(reader, _file_name(reader))
    for _ in range(6):
        reader.gullet.argument()


def _key_value(reader: Reader) -> None:
    r"""\epsfig{file=...,width=...} and \psfig{figure=...}."""
    options = options_of(reader.gullet.expand_all(reader.gullet.argument()))
    name = next((options.pop(key) for key in ("file", "figure", "prosepsfile") if key in options), "")
    corners = [options.get(key) for key in ("bbllx", "bblly", "bburx", "bbury")]
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
    reader.open_box(Kind.PANEL)
    show(reader, name)
    panel = Caption(numbered=False, label=None)
    reader.place(panel)
    panel.text = reader.plain(caption)
    reader.close_box()


def _read_inherited(reader: Reader, options: dict[str, str], content: list[Token]) -> None:
    """Read text in place whose graphics inherit options."""
    reader.inherited.append(options)
    reader.text.append(reader.read(content))
    reader.inherited.pop()


def _rotated_fig(reader: Reader) -> None:
    r"""AASTeX's \rotatefig{angle}{file}{width}{caption}."""
    reader.inherited.append({"angle": reader.gullet.word()})
    _aastex_fig(reader)
    reader.inherited.pop()


def _rotate_box(reader: Reader) -> None:
    r"""\rotatebox[..]{angle}{content}."""
    reader.gullet.optional()
    _read_inherited(reader, {"angle": reader.gullet.word()}, reader.gullet.argument())


def _adjustments(reader: Reader) -> dict[str, str]:
    """What options of adjustbox cut or turn."""
    options = options_of(reader.gullet.expand_all(reader.gullet.argument()))
    return {key: value for key, value in options.items() if key in _SEEN_KEYS}


def _adjust_box(reader: Reader) -> None:
    r"""\adjustbox{options}{content}."""
    _read_inherited(reader, _adjustments(reader), reader.gullet.argument())


def _adjust_image(reader: Reader) -> None:
    r"""\adjustimage{options}{file}."""
    show_options = options_of(reader.gullet.expand_all(reader.gullet.argument()))
    show(reader, _file_name(reader), show_options)


def _biography(reader: Reader) -> None:
    r"""\bio{portrait} of Elsevier's classes."""
    reader.open_box(Kind.PORTRAIT)
    show(reader, _file_name(reader))
    reader.close_box()


def _special(reader: Reader) -> None:
    r"""\special{psfile=...}, the oldest way."""
    written = source_of(reader.gullet.expand_all(reader.gullet.argument()))
    found = re.search(r"psfile\s*=\s*\"?([^\s\"]+)", written, re.IGNORECASE)
    if found:
        show(reader, found[1])


def _include_pdf(reader: Reader) -> None:
    options = options_of(reader.gullet.expand_all(reader.gullet.optional() or []))
    pages = options.pop("pages", "")
    if pages[:1].isdecimal():
        options["page"] = re.split(r"\D", pages)[0]
    show(reader, _file_name(reader), options)


def _include_svg(reader: Reader) -> None:
    r"""\includesvg: the drawing as SVG, or as the PDF that Inkscape made of it."""
    reader.gullet.optional()
    name = _file_name(reader)
    found = reader.source.graphic(name, reader.folders(), (".svg", "_svg-tex.pdf", "_svg-raw.pdf", ".pdf", ".png"))
    show(reader, found or name)


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
    folders = re.findall(r"\{([^{}]*)\}", listed) or [listed]  # without inner braces, a common slip, it is one folder
    reader.graphic_folders = [folder.strip(' "') for folder in folders[:50]]


def _graphic_extensions(reader: Reader) -> None:
    listed = tuple(part.strip().lower() for part in reader.gullet.word().split(",") if part.strip().startswith("."))
    others = tuple(extension for extension in GRAPHIC_EXTENSIONS if extension not in listed)
    reader.graphic_extensions = (*listed[:30], *others)


def _drawing_command(what: str, arguments: int) -> Handler:
    r"""A command that draws: \xymatrix{..}, \tikz ...;, \chemfig{..}."""

    def handle(reader: Reader) -> None:
        reader.draw(what)
        for _ in range(arguments):
            reader.gullet.optional()
            reader.read(reader.gullet.argument())

    return handle


def _tikz(reader: Reader) -> None:
    r"""\tikz[options]{..}, or \tikz up to a semicolon."""
    reader.draw("tikz")
    reader.gullet.optional()
    if reader.gullet.peek() == "{":
        reader.read(reader.gullet.argument())


def _declare_image(reader: Reader) -> None:
    r"""\pgfdeclareimage[options]{name}{file}, shown by \pgfuseimage{name}."""
    options = reader.gullet.optional() or []
    name, file = reader.gullet.word(), reader.gullet.argument()
    reader.gullet.macros.define(f"\\pgfimage {name}", _stored(options, file), everywhere=True)


def _stored(options: list[Token], file: list[Token]) -> Macro:
    return Macro((), ("\\pgfimage", "[", *options, "]", "{", *file, "}"))


def _use_image(reader: Reader) -> None:
    reader.gullet.push([f"\\pgfimage {reader.gullet.word()}"])


def _overpic() -> Environment:
    r"""\begin{overpic}[options]{file}: a graphic under annotations."""

    def begin(reader: Reader) -> None:
        _include_graphics(reader)
        reader.hide_text()

    return Environment(begin, Reader.show_text)


def _inheriting(options: Callable[[Reader], dict[str, str]]) -> Environment:
    """An environment whose graphics inherit options."""

    def begin(reader: Reader) -> None:
        reader.inherited.append(options(reader))

    def end(reader: Reader) -> None:
        reader.inherited.pop()

    return Environment(begin, end)


GRAPHIC_ENVIRONMENTS: dict[str, Environment] = {
    "overpic": _overpic(),
    "Overpic": _overpic(),
    "turn": _inheriting(lambda reader: {"angle": reader.gullet.word()}),
    "rotate": _inheriting(lambda reader: {"angle": reader.gullet.word()}),
    "adjustbox": _inheriting(_adjustments),
}

GRAPHIC_COMMANDS: dict[Token, Handler] = {
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
    "\\xymatrix": _drawing_command("xy", 1),
    "\\chemfig": _drawing_command("chemfig", 1),
    "\\Tree": _drawing_command("qtree", 0),
    "\\pstree": _drawing_command("pstricks", 2),
    "\\Qcircuit": _drawing_command("qcircuit", 1),
    "\\feynmandiagram": _drawing_command("tikz", 1),
    "\\diagram": _drawing_command("diagram", 0),
    "\\tikz": _tikz,
    "\\smartdiagram": _drawing_command("tikz", 1),
    "\\rotatebox": _rotate_box,
    "\\adjustbox": _adjust_box,
    "\\graphicspath": _graphic_path,
    "\\DeclareGraphicsExtensions": _graphic_extensions,
}
