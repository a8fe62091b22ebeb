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

_NAMES = {"figure": "Figure", "scheme": "Scheme", "chart": "Chart", "graph": "Graph", "plate": "Plate"}
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


def _enclosing_float(reader: Reader) -> tuple[Kind, str]:
    """Kind and counter of the float around, in or out of panels; plain where there is none."""
    for box in reversed(reader.boxes):
        if box.kind is not Kind.PLAIN:
            return box.kind, box.name
    declared = reader.gullet.macros.get("\\@captype")
    if isinstance(declared, Macro):
        name = "".join(str(part) for part in declared.body)
        return (Kind.FIGURE if name in _NAMES else Kind.OTHER), name
    return Kind.PLAIN, "figure"


def _caption(reader: Reader) -> None:
    starred, tokens = _text_of_caption(reader)
    kind, counter = _enclosing_float(reader)
    if kind is Kind.PANEL:
        _read_caption(reader, tokens, Caption(numbered=not starred, label=None, sub=True))
    elif kind is Kind.FIGURE or (kind is Kind.PLAIN and _shows_something(reader)):
        _read_caption(reader, tokens, _numbered(reader, counter or "figure", starred))
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
    number = (
        source_of(reader.gullet.expand_all([f"\\the{counter}"])) if counter == "figure" else counters.shown(counter)
    )
    return Caption(numbered=True, label=f"{_name(reader, counter)} {reader.plain([number])}".strip())


def _name(reader: Reader, counter: str) -> str:
    r"""The word before the number: \figurename where the authors gave it another sense (Extended Data Figure)."""
    if counter == "figure" and "\\figurename" in reader.gullet.macros:
        name = reader.plain(["\\figurename"])
        if name and name.lower().rstrip(".") not in _ABBREVIATIONS:
            return name
    return _NAMES.get(counter, counter.capitalize())


def _caption_of(reader: Reader) -> None:
    r"""\captionof{figure}[..]{text}; among other things' captions, its box becomes a float of that type."""
    starred = reader.gullet.accept("*")
    counter = reader.gullet.word()
    also_starred, tokens = _text_of_caption(reader)
    kind = Kind.FIGURE if counter in _NAMES else Kind.OTHER
    around = _enclosing_float(reader)[0]
    box = reader.boxes[-1]
    if around in {Kind.FIGURE, Kind.OTHER} and kind is not around and box.kind is Kind.PLAIN:
        box.kind, box.name, around = kind, counter, kind
    if kind is Kind.FIGURE and around is not Kind.OTHER:
        _read_caption(reader, tokens, _numbered(reader, counter, starred or also_starred))
    else:
        reader.read(tokens)


def _caption_setup(reader: Reader) -> None:
    r"""\captionsetup{type=figure} makes a box a float."""
    reader.gullet.accept("*")
    reader.gullet.optional()
    declared = options_of(reader.gullet.argument()).get("type", "").rstrip("*")
    box = reader.boxes[-1]
    if declared and len(reader.boxes) > 1 and box.kind is Kind.PLAIN:
        box.kind, box.name = (Kind.FIGURE if declared in _NAMES else Kind.OTHER), declared
    elif declared:
        reader.gullet.macros.define("\\@captype", Macro((), (declared,)))


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
    r"""\captionbox[list entry]{caption}[width][position]{content} of the caption package."""
    starred = reader.gullet.accept("*")
    reader.gullet.optional()
    caption = reader.gullet.argument()
    while reader.gullet.optional() is not None:
        pass
    content = reader.gullet.argument()
    reader.open_box(Kind.PLAIN)
    if _enclosing_float(reader)[0] is Kind.FIGURE:
        _read_caption(reader, caption, _numbered(reader, "figure", starred))
    reader.read(content)
    reader.close_box()


def _figure_box(reader: Reader) -> None:
    r"""\ffigbox[width]{caption}{content} of floatrow, in either order."""
    while reader.gullet.optional() is not None:
        pass
    first, second = reader.gullet.argument(), reader.gullet.argument()
    reader.open_box(Kind.FIGURE, "figure")
    reader.read(first)
    reader.read(second)
    reader.close_box()


def _fig_caption(reader: Reader) -> None:
    r"""AASTeX's \figcaption[file]{text}, outside of floats; the file in brackets is the figure."""
    option = reader.gullet.optional()
    tokens = reader.gullet.argument()
    in_float = _enclosing_float(reader)[0] is Kind.FIGURE
    if not in_float:
        reader.open_box(Kind.FIGURE, "figure")
    if option:
        for name in source_of(option).split(","):
            reader.commands["\\plotone"](_pushed(reader, name))
    _read_caption(reader, tokens, _numbered(reader, "figure", starred=False))
    if not in_float:
        reader.close_box()


def _pushed(reader: Reader, name: str) -> Reader:
    reader.gullet.push(["{", name, "}"])
    return reader


def _teaser(reader: Reader) -> None:
    r"""\teaser{...}: a figure under the title."""
    content = reader.gullet.argument()
    reader.open_box(Kind.FIGURE, "figure")
    reader.read(content)
    reader.close_box()


def _jhep_figure(reader: Reader) -> None:
    r"""\FIGURE[position]{content} of JHEP's class, with a \caption in it."""
    reader.gullet.optional()
    _teaser(reader)


def _jhep_eps_figure(reader: Reader) -> None:
    r"""\EPSFIGURE[position]{file,options}{caption}."""
    reader.gullet.optional()
    options = reader.gullet.argument()
    caption = reader.gullet.argument()
    content = ["\\epsfig", "{", "file=", *options, "}", "\\caption", "{", *caption, "}"]
    reader.gullet.push(["\\begin", "{", "figure", "}", *content, "\\end", "{", "figure", "}"])


def _harvmac_figure(reader: Reader) -> None:
    r"""\ifig\name{caption}{content} of harvmac; \name refers to it ever after."""
    name = reader.gullet.raw() or ""
    caption, content = reader.gullet.argument(), reader.gullet.argument()
    key = name.removeprefix("\\")
    reader.gullet.macros.define(name, Macro((), ("fig.", "~", "\\ref", "{", key, "}")), everywhere=True)
    floated = [*content, "\\caption", "{", *caption, "}", "\\label", "{", key, "}"]
    reader.gullet.push(["\\begin", "{", "figure", "}", *floated, "\\end", "{", "figure", "}"])


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
    "\\FIGURE": _jhep_figure,
    "\\EPSFIGURE": _jhep_eps_figure,
    "\\ifig": _harvmac_figure,
    "\\ContinuedFloat": _continued,
    "\\parbox": _par_box,
    "\\newfloat": _new_float_of_float,
    "\\DeclareFloatingEnvironment": _new_float,
}
