r"""Captions and panels.

The commands are those of LaTeX, of the packages caption, subcaption, subfig, subfigure, floatrow, float and newfloat,
and of AASTeX, JHEP's class and harvmac.
"""

from s1_assets.extraction.latex.environments import figure_float, other_float
from s1_assets.extraction.latex.floats import Caption, Drawing, GraphicUse, Kind
from s1_assets.extraction.latex.graphics import options_of
from s1_assets.extraction.latex.macros import Macro
from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.tokens import Token, source_of

_ABBREVIATIONS = frozenset(("fig", "figure", "figs", "fig."))


def _read_caption(reader: Reader, tokens: list[Token], caption: Caption) -> None:
    """Place a caption, then read its text, so that a label in it comes behind it."""
    reader.place(caption)
    caption.text = reader.read_around_figures(tokens).finish()[0]


def _text_of_caption(reader: Reader) -> tuple[bool, list[Token]]:
    r"""Star and text behind \caption: `*`, `[short]`, `{text}`."""
    starred = reader.gullet.accept("*")
    while reader.gullet.optional() is not None:
        pass
    return starred, reader.gullet.argument()


def _caption(reader: Reader) -> None:
    r"""\caption: of a panel, or of the type that the float around has declared in \@captype."""
    starred, tokens = _text_of_caption(reader)
    if next((box.kind for box in reversed(reader.boxes) if box.kind is not Kind.PLAIN), None) is Kind.PANEL:
        _read_caption(reader, tokens, Caption(numbered=not starred, label=None, sub=True))
    elif "\\@captype" in reader.gullet.macros:
        counter = source_of(reader.gullet.expand_all(["\\@captype"])).strip()
        _typed_caption(reader, counter, starred, tokens)
    elif _shows_something(reader):
        _typed_caption(reader, "figure", starred, tokens)
    else:
        reader.read(tokens)


def _typed_caption(reader: Reader, counter: str, starred: bool, tokens: list[Token]) -> None:
    """A caption of a figure, a table or another float; one of another type than the float makes its box a float."""
    kind = Kind.FIGURE if counter in reader.figure_counters else Kind.OTHER
    floats = {Kind.FIGURE, Kind.OTHER}
    around = next((box.kind for box in reversed(reader.boxes) if box.kind in floats), Kind.PLAIN)
    box = reader.boxes[-1]
    if around in floats and around is not kind and box.kind is Kind.PLAIN:
        box.kind = around = kind
    if kind is Kind.FIGURE and around is not Kind.OTHER:
        _read_caption(reader, tokens, _numbered(reader, counter, starred))
    else:
        reader.read(tokens)


def _shows_something(reader: Reader) -> bool:
    """Whether the innermost box holds a picture, so that a caption without a type can only be a figure's."""
    return any(isinstance(placed.leaf, GraphicUse | Drawing) for placed in reader.boxes[-1].walk())


def _numbered(reader: Reader, counter: str, starred: bool) -> Caption:
    """A new caption with the label that it prints; steps its counter."""
    if starred:
        return Caption(numbered=False, label=None)
    counters = reader.gullet.counters
    if not reader.continued:
        counters.step(counter)
    reader.continued = False
    printed = f"\\the{counter}"
    number = reader.plain([printed]) if reader.gullet.is_defined(printed) else counters.shown(counter)
    return Caption(numbered=True, label=f"{_name(reader, counter)} {number}".strip())


def _name(reader: Reader, counter: str) -> str:
    r"""The word before the number: \figurename where the authors gave it another sense (Extended Data Figure)."""
    if counter == "figure" and "\\figurename" in reader.gullet.macros:
        name = reader.plain(["\\figurename"])
        if name and name.lower().rstrip(".") not in _ABBREVIATIONS:
            return name
    return counter.capitalize()


def _caption_of(reader: Reader) -> None:
    r"""\captionof{figure}[..]{text}."""
    starred = reader.gullet.accept("*")
    counter = reader.gullet.word()
    also_starred, tokens = _text_of_caption(reader)
    _typed_caption(reader, counter, starred or also_starred, tokens)


def _caption_setup(reader: Reader) -> None:
    r"""\captionsetup{type=figure} declares the type of the captions to come."""
    reader.gullet.accept("*")
    reader.gullet.optional()
    declared = options_of(reader.gullet.argument()).get("type", "").rstrip("*")
    if declared:
        reader.declare_caption_type(declared)


def _sub_caption(reader: Reader) -> None:
    r"""\subcaption[..]{text}."""
    starred, tokens = _text_of_caption(reader)
    _read_caption(reader, tokens, Caption(numbered=not starred, label=None, sub=True))


def _phantom_caption(reader: Reader) -> None:
    r"""\phantomsubcaption: the panel is lettered within the picture; the label that follows is its own."""
    reader.open_box(Kind.PANEL)
    reader.place(Caption(numbered=True, label=None, sub=True))
    reader.gullet.skip_blanks()
    if reader.gullet.peek() == "\\label":
        reader.gullet.raw()
        reader.commands["\\label"](reader)
    reader.close_box()


def _sub_float(reader: Reader) -> None:
    r"""\subfloat[list entry][caption]{content} and \subfigure likewise: the last option is the caption."""
    reader.gullet.accept("*")
    options = []
    while (option := reader.gullet.optional()) is not None:
        options.append(option)
    content = reader.gullet.argument()
    _panel(reader, options[-1] if options else [], content)


def _panel(reader: Reader, caption: list[Token], content: list[Token]) -> None:
    reader.open_box(Kind.PANEL)
    _read_caption(reader, caption, Caption(numbered=True, label=None, sub=True))
    reader.read(content)
    reader.close_box()


def _sub_caption_box(reader: Reader) -> None:
    r"""\subcaptionbox[list entry]{caption}[width][position]{content}."""
    reader.gullet.accept("*")
    reader.gullet.optional()
    caption = reader.gullet.argument()
    while reader.gullet.optional() is not None:
        pass
    _panel(reader, caption, reader.gullet.argument())


def _caption_box(reader: Reader) -> None:
    r"""\captionbox[list entry]{caption}[width][position]{content} of the caption package: a box of its own."""
    star = ["*"] if reader.gullet.accept("*") else []
    reader.gullet.optional()
    caption = reader.gullet.argument()
    while reader.gullet.optional() is not None:
        pass
    boxed = ["\\caption", *star, "{", *caption, "}", *reader.gullet.argument()]
    reader.gullet.push(["\\begin", "{", "center", "}", *boxed, "\\end", "{", "center", "}"])


def _as_figure(reader: Reader, content: list[Token]) -> None:
    """Read content as if it stood in a figure environment."""
    reader.gullet.push(["\\begin", "{", "figure", "}", *content, "\\end", "{", "figure", "}"])


def _figure_box(reader: Reader) -> None:
    r"""\ffigbox[width]{caption}{content} of floatrow, in either order."""
    while reader.gullet.optional() is not None:
        pass
    _as_figure(reader, [*reader.gullet.argument(), *reader.gullet.argument()])


def _fig_caption(reader: Reader) -> None:
    r"""AASTeX's \figcaption[files]{text}; outside of a float it is one, with the files in brackets."""
    option = reader.gullet.optional() or []
    caption = ["\\caption", "{", *reader.gullet.argument(), "}"]
    if any(box.kind is Kind.FIGURE for box in reader.boxes):
        reader.gullet.push(caption)
    else:
        names = source_of(option).split(",")
        shown = [token for name in names if name.strip() for token in ("\\plotone", "{", name, "}")]
        _as_figure(reader, [*shown, *caption])


def _teaser(reader: Reader) -> None:
    r"""\teaser{content} under the title, and \FIGURE[position]{content} of JHEP's class."""
    reader.gullet.optional()
    _as_figure(reader, reader.gullet.argument())


def _eps_figure(reader: Reader) -> None:
    r"""JHEP's \EPSFIGURE[position]{file,options}{caption}."""
    reader.gullet.optional()
    options, caption = reader.gullet.argument(), reader.gullet.argument()
    _as_figure(reader, ["\\epsfig", "{", "file=", *options, "}", "\\caption", "{", *caption, "}"])


def _harvmac_figure(reader: Reader) -> None:
    r"""\ifig\name{caption}{content} of harvmac; \name refers to it ever after."""
    name = reader.gullet.raw() or ""
    caption, content = reader.gullet.argument(), reader.gullet.argument()
    key = name.removeprefix("\\")
    reader.gullet.macros.define(name, Macro((), ("fig.", "~", "\\ref", "{", key, "}")), everywhere=True)
    _as_figure(reader, [*content, "\\caption", "{", *caption, "}", "\\label", "{", key, "}"])


def _continued(reader: Reader) -> None:
    r"""\ContinuedFloat: the next caption keeps the number."""
    reader.gullet.accept("*")
    reader.continued = True


def _par_box(reader: Reader) -> None:
    r"""\parbox[..][..][..]{width}{content}: a box as a minipage is."""
    for _ in range(3):
        reader.gullet.optional()
    reader.gullet.argument()
    content = reader.gullet.argument()
    reader.open_box(Kind.PLAIN)
    reader.text.append(reader.read(content))
    reader.close_box()


def _new_float(reader: Reader) -> None:
    r"""\newfloat{name}{placement}{extension}[within] (float) and \DeclareFloatingEnvironment[..]{name} (newfloat).

    What floats is a figure unless its name says table, code or algorithm.
    """
    reader.gullet.optional()
    name = reader.gullet.word()
    is_other = any(word in name.lower() for word in ("tab", "alg", "list", "code", "prog", "box", "prompt", "exam"))
    if not is_other:
        reader.figure_counters.add(name)
    reader.environments[name] = other_float(name) if is_other else figure_float(name)


def _new_float_of_float(reader: Reader) -> None:
    _new_float(reader)
    reader.gullet.argument()
    reader.gullet.argument()
    reader.gullet.optional()


CAPTION_COMMANDS: dict[Token, Handler] = {
    "\\caption": _caption,
    "\\captionof": _caption_of,
    "\\captionsetup": _caption_setup,
    "\\captionbox": _caption_box,
    "\\subcaption": _sub_caption,
    "\\phantomsubcaption": _phantom_caption,
    "\\phantomcaption": _phantom_caption,
    "\\subfloat": _sub_float,
    "\\subfigure": _sub_float,
    "\\sidesubfloat": _sub_float,
    "\\subcaptionbox": _sub_caption_box,
    "\\ffigbox": _figure_box,
    "\\figcaption": _fig_caption,
    "\\teaser": _teaser,
    "\\FIGURE": _teaser,
    "\\EPSFIGURE": _eps_figure,
    "\\ifig": _harvmac_figure,
    "\\ContinuedFloat": _continued,
    "\\parbox": _par_box,
    "\\newfloat": _new_float_of_float,
    "\\DeclareFloatingEnvironment": _new_float,
}
