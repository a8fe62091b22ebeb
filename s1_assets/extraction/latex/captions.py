r"""Captions and panels.

The commands are those of LaTeX, KOMA-Script and memoir, and of the packages caption, subcaption, bicaption, ccaption,
subfig, subfigure, float and newfloat. What makes a whole figure of its arguments is in `figure_commands`.
"""

import re

from s1_assets.extraction.latex.environments import figure_float, other_float
from s1_assets.extraction.latex.floats import Caption, Kind, Shown
from s1_assets.extraction.latex.graphic_options import options_of
from s1_assets.extraction.latex.macros import Macro
from s1_assets.extraction.latex.plain_text import BLANK_CAPTION
from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.tokens import Token, source_of, tokenize

_ABBREVIATIONS = frozenset(("fig", "figure", "figs", "fig."))
_NO_FIGURE = re.compile(r"\b(?:table|algorithm|listing)\b", re.IGNORECASE)
_PRINTED_LABEL = re.compile(r"(?P<name>\D*?)[\s.]*(?P<number>[A-Z]{0,3}[-.]?\d\S*?)[\s:.|]*")
_LONGEST_LABEL = 100
_MOST_TEXTS = 5  # of a caption in two languages
# A number that the authors typed, as in \caption*{Figure S1. ...}
_TYPED_LABEL = re.compile(
    r"(?P<label>(?:(?:Extended Data|Supplementary|Supplemental|Supporting)\s+)?(?:Fig(?:ure|\.)|FIG\.?|FIGURE)"
    r"\s+[A-Z]{0,2}[.-]?\d+(?:\.\d+)?)\b|(?:\w+\s+){0,2}(?:Table|TABLE|Algorithm|Listing)\s+[A-Z]{0,2}[.-]?\d"
)
_NOT_LATIN = re.compile(r"[^\W\d_\u0000-\u024f]")


def _read_caption(reader: Reader, tokens: list[Token], caption: Caption) -> None:
    """Place a caption, then read its text, so that a label in it comes behind it."""
    reader.boxes.place(caption)
    caption.text = reader.read_around_figures(tokens).finish()[0]
    if not caption.text and not caption.sub:
        reader.text.add(BLANK_CAPTION)
    if not caption.numbered and not caption.sub and (typed := _TYPED_LABEL.match(caption.text)):
        caption.label = typed["label"]
        caption.of_figure = typed["label"] is not None


def _text_of_caption(reader: Reader) -> tuple[bool, list[Token]]:
    r"""Star and text behind \caption: `*`, `[short]`, `{text}`."""
    starred = reader.gullet.accept("*")
    while reader.gullet.optional() is not None:
        pass
    return starred, reader.gullet.argument()


def _caption(reader: Reader) -> None:
    r"""\caption: of a panel, or of the type that the float around has declared in \@captype."""
    starred, tokens = _text_of_caption(reader)
    if _innermost_kind(reader) is Kind.PANEL:
        _read_caption(reader, tokens, Caption(numbered=not starred, label=None, sub=True))
    elif counter := _declared_type(reader):
        _typed_caption(reader, counter, starred, tokens)
    elif _shows_something(reader):
        _typed_caption(reader, "figure", starred, tokens)
    else:
        reader.read(tokens)


def _innermost_kind(reader: Reader) -> Kind | None:
    box = reader.boxes.innermost_not_plain
    return box.kind if box is not None else None


def _declared_type(reader: Reader) -> str:
    r"""What \@captype says: figure, table, subfigure, ...; nothing outside of floats."""
    declared = "\\@captype" in reader.gullet.macros
    return source_of(reader.gullet.expand_all(["\\@captype"])).strip() if declared else ""


def _typed_caption(reader: Reader, counter: str, starred: bool, tokens: list[Token]) -> None:
    """A caption of a figure, a panel, a table or another float.

    One of another type than the float makes its box a float.
    """
    if counter.startswith("sub"):
        _read_caption(reader, tokens, Caption(numbered=not starred, label=None, sub=True))
        return
    is_figure = counter in reader.figure_counters and not _NO_FIGURE.search(_name(reader, counter))
    kind = Kind.FIGURE if is_figure else Kind.OTHER
    around = reader.boxes.nearest(Kind.FIGURE, Kind.OTHER)
    box = reader.boxes.innermost
    if around is not None and around.kind is not kind and box.kind is Kind.PLAIN:
        box.kind = kind
    if is_figure:
        _read_caption(reader, tokens, _numbered(reader, counter, starred))
        return
    reader.boxes.place(Caption(numbered=False, label=None, of_figure=False))
    reader.read(tokens)


def _shows_something(reader: Reader) -> bool:
    """Whether the innermost box holds a picture, so that a caption without a type can only be a figure's."""
    return any(isinstance(placed.leaf, Shown) for placed in reader.boxes.innermost.walk())


def _numbered(reader: Reader, counter: str, starred: bool) -> Caption:
    """A new caption with the label that it prints; steps its counter."""
    if starred:
        return Caption(numbered=False, label=None)
    counters = reader.gullet.counters
    if not reader.continued or counters.value(counter) == 0:
        counters.step(counter)
    reader.continued = False
    return Caption(numbered=True, label=_label(reader, counter))


def _label(reader: Reader, counter: str) -> str:
    r"""What is printed before a caption's text, as \fnum@figure has it where the authors gave that another sense."""
    printed = f"\\fnum@{counter}"
    set_anew = reader.plain([printed])[:_LONGEST_LABEL] if printed in reader.gullet.macros else ""
    if said := _PRINTED_LABEL.fullmatch(set_anew):
        return f"{_full_name(said['name'], counter)} {said['number']}"
    printed = f"\\the{counter}"
    number = (
        reader.plain([printed]) if reader.gullet.is_defined(printed) else str(reader.gullet.counters.value(counter))
    )
    return f"{_name(reader, counter)} {number}".strip()


def _name(reader: Reader, counter: str) -> str:
    r"""The word before the number: \figurename where the authors gave it another sense (Extended Data Figure)."""
    named = f"\\{counter}name"
    return _full_name(reader.plain([named]) if named in reader.gullet.macros else "", counter)


def _full_name(name: str, counter: str) -> str:
    return counter.capitalize() if not name or name.lower() in _ABBREVIATIONS else name


def _caption_of(reader: Reader) -> None:
    r"""\captionof{figure}[..]{text}."""
    starred = reader.gullet.accept("*")
    counter = reader.gullet.word()
    also_starred, tokens = _text_of_caption(reader)
    _typed_caption(reader, counter, starred or also_starred, tokens)


def _caption_setup(reader: Reader) -> None:
    r"""\captionsetup[kind]{type=figure, name=..}: the type of the captions to come, and the word before the number."""
    reader.gullet.accept("*")
    kind = source_of(reader.gullet.optional() or [])
    options = options_of(reader.gullet.argument())
    declared = options.get("type", "").rstrip("*")
    if "subtype" in options:
        declared = f"sub{_declared_type(reader) or 'figure'}"
    if declared:
        reader.declare_caption_type(declared)
    if options.get("name"):
        _rename(reader, kind or _declared_type(reader) or "figure", tokenize(options["name"]))
    for counter in reader.figure_counters & {key.removesuffix("name") for key in options}:
        _rename(reader, counter, tokenize(options[f"{counter}name"]))


def _rename(reader: Reader, counter: str, name: list[Token]) -> None:
    reader.gullet.macros.define(f"\\{counter}name", Macro((), tuple(name)))


def _float_name(reader: Reader) -> None:
    r"""\floatname{kind}{name} of the float package."""
    _rename(reader, reader.gullet.word(), reader.gullet.argument())


def _bilingual(reader: Reader) -> None:
    r"""A caption in two languages, of which the one in Latin letters is read, or the first.

    \bicaption[..]{first}[..]{second} of bicaption, and the like of memoir and ccaption, where short forms come before
    each and the other language's word for figure between them.
    """
    starred = reader.gullet.accept("*")
    label = source_of(reader.gullet.optional() or [])
    texts: list[list[Token]] = []
    while len(texts) < _MOST_TEXTS and (reader.gullet.optional() is not None or reader.gullet.next_is("{")):
        texts.append(reader.gullet.argument())
    has_short_forms = len(texts) > 3
    languages = [texts[1], texts[-1]] if has_short_forms else texts[:2]
    shown = min(languages, key=lambda text: len(_NOT_LATIN.findall(source_of(text))), default=[])
    labelled = ["\\label", "{", label, "}"] if has_short_forms and label else []
    behind = [] if has_short_forms else [token for text in texts[2:] for token in ("{", *text, "}")]
    reader.gullet.push(["\\caption", *(["*"] if starred else []), "{", *shown, "}", *labelled, *behind])


def _other_caption(reader: Reader) -> None:
    r"""\tablecaption[..]{text} and what else is a caption of no figure."""
    reader.read(_text_of_caption(reader)[1])


def _legend(reader: Reader) -> None:
    r"""\legend{text} of memoir and other classes: more text under the caption."""
    reader.gullet.optional()
    text = reader.read_around_figures(reader.gullet.argument()).finish()[0]
    captions = [placed.leaf for placed in reader.boxes.innermost.walk() if isinstance(placed.leaf, Caption)]
    if captions:
        captions[-1].text = f"{captions[-1].text} {text}".strip()


def _sub_caption(reader: Reader) -> None:
    r"""\subcaption[..]{text}."""
    starred, tokens = _text_of_caption(reader)
    _read_caption(reader, tokens, Caption(numbered=not starred, label=None, sub=True))


def _phantom_sub_caption(reader: Reader) -> None:
    r"""\phantomsubcaption: the panel is lettered within the picture; the label that follows is its own."""
    reader.boxes.open(Kind.PANEL)
    reader.boxes.place(Caption(numbered=True, label=None, sub=True))
    reader.gullet.skip_blanks()
    if reader.gullet.peek() == "\\label":
        reader.gullet.raw()
        reader.commands["\\label"](reader)
    reader.boxes.close()


def _phantom_caption(reader: Reader) -> None:
    r"""\phantomcaption: of a panel in one, else of the figure, which is numbered but prints no caption."""
    if _innermost_kind(reader) is Kind.PANEL or _declared_type(reader).startswith("sub"):
        _phantom_sub_caption(reader)
    else:
        reader.gullet.push(["\\caption", "{", "}"])


def _sub_float(reader: Reader) -> None:
    r"""\subfloat[list entry][caption]{content} and \subfigure likewise: the last option is the caption."""
    reader.gullet.accept("*")
    options = []
    while (option := reader.gullet.optional()) is not None:
        options.append(option)
    content = reader.gullet.argument()
    _panel(reader, options[-1] if options else [], content)


def _panel(reader: Reader, caption: list[Token], content: list[Token]) -> None:
    reader.boxes.open(Kind.PANEL)
    _read_caption(reader, caption, Caption(numbered=True, label=None, sub=True))
    reader.read(content)
    reader.boxes.close()


def _sub_caption_box(reader: Reader) -> None:
    r"""\subcaptionbox[list entry]{caption}[width][position]{content}."""
    reader.gullet.accept("*")
    reader.gullet.optional()
    caption = reader.gullet.argument()
    while reader.gullet.optional() is not None:
        pass
    _panel(reader, caption, reader.gullet.argument())


def _continued(reader: Reader) -> None:
    r"""\ContinuedFloat: the next caption keeps the number."""
    reader.gullet.accept("*")
    reader.continued = True


def _continued_caption(reader: Reader) -> None:
    r"""\contcaption{text} of memoir and ccaption."""
    reader.continued = True
    _caption(reader)


def _par_box(reader: Reader) -> None:
    r"""\parbox[..][..][..]{width}{content}: a box as a minipage is."""
    for _ in range(3):
        reader.gullet.optional()
    reader.gullet.argument()
    content = reader.gullet.argument()
    reader.boxes.open(Kind.PLAIN)
    reader.text.append(reader.read(content))
    reader.boxes.close()


def _new_float(name: str, reader: Reader) -> None:
    """A new kind of float is a figure unless its name says table, code or algorithm."""
    is_other = any(word in name.lower() for word in ("tab", "alg", "list", "code", "prog", "box", "prompt", "exam"))
    if not is_other:
        reader.figure_counters.add(name)
    reader.environments[name] = other_float(name) if is_other else figure_float(name)


def _new_float_of_float(reader: Reader) -> None:
    r"""\newfloat{name}{placement}{extension}[within] of the float package."""
    _new_float(reader.gullet.word(), reader)
    reader.gullet.argument()
    reader.gullet.argument()
    reader.gullet.optional()


def _declare_float(reader: Reader) -> None:
    r"""\DeclareFloatingEnvironment[name=..]{name} of newfloat, \DeclareCaptionType[..]{name}[printed name][..]."""
    options = options_of(reader.gullet.optional() or [])
    name = reader.gullet.word()
    _new_float(name, reader)
    printed = reader.gullet.optional()
    reader.gullet.optional()
    if printed or "name" in options:
        _rename(reader, name, printed or tokenize(options["name"]))


CAPTION_COMMANDS: dict[Token, Handler] = {
    "\\caption": _caption,
    "\\captionabove": _caption,
    "\\captionbelow": _caption,
    "\\contcaption": _continued_caption,
    "\\captionof": _caption_of,
    **{f"\\{name}": _other_caption for name in ("tablecaption", "tabcaption", "tcaption", "tbl", "captionlistentry")},
    **{f"\\{name}": _bilingual for name in ("bicaption", "bitwonumcaption", "bionenumcaption")},
    "\\legend": _legend,
    "\\namedlegend": _legend,
    "\\floatname": _float_name,
    "\\captionsetup": _caption_setup,
    "\\subcaption": _sub_caption,
    "\\phantomsubcaption": _phantom_sub_caption,
    "\\phantomcaption": _phantom_caption,
    **{f"\\{name}": _sub_float for name in ("subfloat", "subfigure", "sidesubfloat", "subbottom", "subtop")},
    "\\subcaptionbox": _sub_caption_box,
    "\\ContinuedFloat": _continued,
    "\\parbox": _par_box,
    "\\newfloat": _new_float_of_float,
    "\\DeclareFloatingEnvironment": _declare_float,
    "\\DeclareCaptionType": _declare_float,
}
