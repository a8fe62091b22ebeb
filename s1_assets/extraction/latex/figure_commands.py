r"""Commands and environments that make a whole figure, caption included, of their arguments.

From caption, floatrow, KOMA-Script, memoir, sidenotes, picins, picinpar, cutwin, AASTeX, eLife's and JHEP's classes and
harvmac.
"""

from s1_assets.extraction.latex.floats import Caption, GraphicUse, Kind, Shown
from s1_assets.extraction.latex.macros import Macro
from s1_assets.extraction.latex.signatures import pass_over
from s1_assets.extraction.latex.stomach import Environment, Handler, Reader, close_box
from s1_assets.extraction.latex.tokens import Token, source_of, split_runs, trim

_SAVED_CAPTION = "\\saved caption"


def _as_float(reader: Reader, content: list[Token], name: str = "figure") -> None:
    """Read content as if it stood in a float."""
    reader.gullet.push(["\\begin", "{", name, "}", *content, "\\end", "{", name, "}"])


def _captioned(content: list[Token], caption: list[Token]) -> list[Token]:
    return [*content, "\\caption", "{", *caption, "}"]


def _pass_options(reader: Reader) -> None:
    while reader.gullet.optional(long=True) is not None:
        pass


# Boxes


def _caption_box(reader: Reader) -> None:
    r"""\captionbox[list entry]{caption}[width][position]{content} of the caption package: a box of its own."""
    star = ["*"] if reader.gullet.accept("*") else []
    reader.gullet.optional()
    caption = reader.gullet.argument()
    _pass_options(reader)
    boxed = ["\\caption", *star, "{", *caption, "}", *reader.gullet.argument()]
    reader.gullet.push(["\\begin", "{", "center", "}", *boxed, "\\end", "{", "center", "}"])


def _float_box(kind: str | None) -> Handler:
    r"""\floatbox[options]{kind}[width][height][position]{caption}{content} of floatrow, content first or last.

    \ffigbox and its kin know their kind. Within a row of panels it is a panel, whose caption is a subcaption.
    """

    def handle(reader: Reader) -> None:
        _pass_options(reader)
        name = kind or reader.gullet.word()
        _pass_options(reader)
        content = [*reader.gullet.argument(), *reader.gullet.argument()]
        if source_of(reader.gullet.expand_all(["\\@captype"])).startswith("sub"):
            _as_float(reader, ["{", "}", *content], "subfigure")
        else:
            _as_float(reader, content, name)

    return handle


def _new_float_command(reader: Reader) -> None:
    r"""\newfloatcommand{command}{kind}[options][width] of floatrow: another \ffigbox."""
    name, kind = reader.gullet.word(), reader.gullet.word()
    _pass_options(reader)
    reader.gullet.macros.define(f"\\{name}", Macro((), ("\\floatbox", "{", kind, "}")), everywhere=True)


# Figures beside or within the text


def _caption_beside(signature: str, kind: str | None = None) -> Environment:
    r"""\begin{captionbeside}[short]{caption}[..] graphic \end{captionbeside}; `signature` is what follows them."""

    def begin(reader: Reader) -> None:
        reader.boxes.open(Kind.PLAIN)
        reader.declare_caption_type(kind or reader.gullet.word())
        reader.gullet.optional()
        caption = reader.gullet.argument()
        pass_over(reader, signature)
        reader.gullet.push(_captioned([], caption))

    return Environment(begin, close_box)


def _side_caption(reader: Reader) -> None:
    r"""\sidecaption: of sidenotes, [entry][offset]{caption}; elsewhere only an order, perhaps with a position."""
    star = ["*"] if reader.gullet.accept("*") else []
    _pass_options(reader)
    if reader.gullet.peek() == "{":
        reader.gullet.push(["\\caption", *star])


def _save_caption(reader: Reader) -> None:
    r"""\piccaption[short]{caption} of picins: of the picture that comes next."""
    reader.gullet.optional()
    reader.gullet.macros.define(_SAVED_CAPTION, Macro((), tuple(reader.gullet.argument())), everywhere=True)


def _paragraph_picture(reader: Reader) -> None:
    r"""\parpic(width,height)(x,y)[options][position]{content} of picins."""
    pass_over(reader, "ppoo")
    content = reader.gullet.argument()
    caption = reader.gullet.macros.get(_SAVED_CAPTION)
    reader.gullet.macros.define(_SAVED_CAPTION, None, everywhere=True)
    if isinstance(caption, Macro):
        _as_float(reader, _captioned(content, caption.replace(())))
    else:
        reader.gullet.push(["{", *content, "}"])


def _window(name: str | None) -> Environment:
    r"""\begin{figwindow}[lines,position,{content},{caption}] text of the paragraph \end{figwindow} of picinpar."""

    def begin(reader: Reader) -> None:
        parts = _comma_list(reader.gullet.optional(long=True) or [])
        content, caption = (parts + [[]] * 4)[2:4]
        if name is not None and caption:
            _as_float(reader, _captioned(content, caption), name)
        else:
            reader.gullet.push(["{", *content, "}"])

    return Environment(begin, Reader.end_paragraph)


def _comma_list(tokens: list[Token]) -> list[list[Token]]:
    """The parts of a list, commas in braces aside, without the braces around a part."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in split_runs(tokens):
        depth += (token == "{") - (token == "}")
        if token == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    bare = [trim(part) for part in parts]
    return [part[1:-1] if part[:1] == ["{"] and part[-1:] == ["}"] else part for part in bare]


def _cut_out(reader: Reader) -> None:
    r"""\begin{cutout}{..}{..}{..}{..} text \end{cutout} of cutwin: its window shows \windowpagestuff."""
    pass_over(reader, "mmmm")
    reader.gullet.push(["\\windowpagestuff"])


# Classes and formats


def _fig_caption(reader: Reader) -> None:
    r"""AASTeX's \figcaption[files]{text}.

    Outside of a float it is the caption of what was shown just before it, unless the files in brackets are others;
    else it is a float of its own, with these files.
    """
    option = reader.gullet.optional() or []
    caption = reader.gullet.argument()
    names = [name for name in source_of(option).split(",") if name.strip()]
    if reader.boxes.within(Kind.FIGURE):
        reader.gullet.push(_captioned([], caption))
    elif _goes_with_what_is_shown(reader, names):
        reader.gullet.push(["\\captionof", "{", "figure", "}", "{", *caption, "}"])
    else:
        shown = [token for name in names for token in ("\\plotone", "{", name, "}")]
        _as_float(reader, _captioned(shown, caption))


def _goes_with_what_is_shown(reader: Reader, names: list[str]) -> bool:
    """Whether something stands in the innermost box since its last caption: just the files of these names, if any."""
    shown: list[Shown] = []
    for placed in reader.boxes.innermost.walk():
        if isinstance(placed.leaf, Caption):
            shown.clear()
        elif isinstance(placed.leaf, Shown) and getattr(placed.leaf, "unfit", None) is None:
            shown.append(placed.leaf)
    found = {reader.source.graphic(name.strip(), reader.folders(), reader.graphic_extensions) for name in names}
    files = {use.file if isinstance(use, GraphicUse) else use.drawing.file for use in shown}
    return bool(shown) and (found <= {None} or found - {None} == files)


def _figure_number(reader: Reader) -> None:
    r"""AASTeX's \figurenum{number}: what this figure is called, in place of its count."""
    number = tuple(reader.gullet.argument())
    reader.gullet.macros.define("\\thefigure", Macro((), number))
    reader.gullet.counters.add("figure", -1)


def _teaser(reader: Reader) -> None:
    r"""\teaser{content} under the title, and \FIGURE[position]{content} of JHEP's class."""
    reader.gullet.optional()
    _as_float(reader, reader.gullet.argument())


def _eps_figure(reader: Reader) -> None:
    r"""JHEP's \EPSFIGURE[position]{file,options}{caption}."""
    reader.gullet.optional()
    options, caption = reader.gullet.argument(), reader.gullet.argument()
    _as_float(reader, _captioned(["\\epsfig", "{", "file=", *options, "}"], caption))


def _harvmac_figure(reader: Reader) -> None:
    r"""\ifig\name{caption}{content} of harvmac; \name refers to it ever after."""
    name = reader.gullet.raw() or ""
    caption, content = reader.gullet.argument(), reader.gullet.argument()
    key = name.removeprefix("\\")
    reader.gullet.macros.define(name, Macro((), ("fig.", "~", "\\ref", "{", key, "}")), everywhere=True)
    _as_float(reader, [*_captioned(content, caption), "\\label", "{", key, "}"])


def _figure_supplement(reader: Reader) -> None:
    r"""\figsupp[short]{caption}{content} of eLife's class, within a figure: another figure that goes with it."""
    reader.gullet.optional()
    caption = reader.gullet.argument()
    counters = reader.gullet.counters
    counters.reset_with("figsupp", "figure")
    counters.step("figsupp")
    figure = reader.plain(["\\thefigure"])
    name = f"Figure {figure}—figure supplement {counters.value('figsupp')}"
    reader.boxes.open(Kind.PLAIN)
    supplement = Caption(numbered=True, label=name)
    reader.boxes.place(supplement)
    supplement.text = reader.read_around_figures(caption).finish()[0]
    reader.read(reader.gullet.argument())
    reader.boxes.close()


FIGURE_ENVIRONMENTS: dict[str, Environment] = {
    "captionbeside": _caption_beside("ooos", "figure"),
    "captionofbeside": _caption_beside("ooos"),
    "sidecaption": _caption_beside("o", "figure"),
    "figwindow": _window("figure"),
    "tabwindow": _window("table"),
    "window": _window(None),
    "cutout": Environment(_cut_out, Reader.end_paragraph),
}

FIGURE_COMMANDS: dict[Token, Handler] = {
    "\\captionbox": _caption_box,
    "\\floatbox": _float_box(None),
    "\\ffigbox": _float_box("figure"),
    "\\fcapside": _float_box("figure"),
    "\\ttabbox": _float_box("table"),
    "\\capbtabbox": _float_box("table"),
    "\\newfloatcommand": _new_float_command,
    "\\renewfloatcommand": _new_float_command,
    "\\sidecaption": _side_caption,
    "\\piccaption": _save_caption,
    "\\parpic": _paragraph_picture,
    "\\figcaption": _fig_caption,
    "\\figurenum": _figure_number,
    "\\teaser": _teaser,
    "\\FIGURE": _teaser,
    "\\EPSFIGURE": _eps_figure,
    "\\ifig": _harvmac_figure,
    "\\figsupp": _figure_supplement,
}
