"""Citations and references, LaTeX's own and those of natbib, biblatex, hyperref, cleveref, varioref and subcaption."""

from s1_assets.extraction.latex.floats import Label
from s1_assets.extraction.latex.plain_text import THROUGH
from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.tokens import Token, source_of

_CITES = (
    "cite citep citet citealt citealp citeauthor citeyear citeyearpar citenum citetext Citet Citep Citealt Citealp "
    "Citeauthor parencite textcite footcite footfullcite autocite smartcite supercite fullcite Parencite Textcite "
    "Autocite citeN citeNP citeA citeasnoun citeaffixed shortcite shortciteN onlinecite citeonline refcite inlinecite "
    "textcites parencites autocites cites citepalias citetalias citedate citetitle notecite pcite possessivecite "
    "citefullauthor bibentry newcite"
).split()
# A label on a figure is one whatever the command that points to it: by its number, its page, its title or its type.
_REFERENCES = (
    "ref pageref nameref Nameref titleref Titleref fullref Fullref autoref Autoref autopageref cref Cref "
    "cpageref Cpageref labelcref labelcpageref namecref nameCref lcnamecref namecrefs nameCrefs lcnamecrefs "
    "vref Vref vpageref Ref Pageref fref Fref prettyref thref subref zref zpageref zcref zcpageref zvref "
    "zvpageref getrefnumber getpagerefnumber smartref figref Figref figrefs subfigref reffig Reffig "
    "hyperlinkref secref tabref algref Eqref eqref"
).split()
_RANGES = ("crefrange Crefrange cpagerefrange Cpagerefrange labelcrefrange vrefrange Vrefrange vpagerefrange").split()


def keys_of(text: str) -> tuple[str, ...]:
    """The labels of a comma list."""
    return tuple(key for part in text.split(",") if (key := " ".join(part.split())))


def cite_command(reader: Reader) -> None:
    r"""\cite and its kin: options and stars aside, one [CITE] a command; biblatex's \cites takes several lists."""
    gullet = reader.gullet
    gullet.accept("*")
    while (
        gullet.optional("<", ">") is not None or gullet.optional() is not None or gullet.optional("(", ")") is not None
    ):
        pass
    gullet.argument()
    reader.text.add("[CITE]")


def _cites(reader: Reader) -> None:
    cite_command(reader)
    while reader.gullet.peek() in {"{", "["}:
        while reader.gullet.optional() is not None:
            pass
        reader.gullet.argument()


def is_reference(token: Token) -> bool:
    """Whether a command is one that prints a reference."""
    return token[1:] in _REFERENCES


def print_reference(reader: Reader, token: Token) -> None:
    r"""\ref and its kin, one [REF] a command whatever number of labels it names."""
    _pass_options(reader)
    keys = keys_of(reader.gullet.word())
    reader.text.refer(keys, "([REF])" if token == "\\eqref" else "[REF]")


def _pass_options(reader: Reader) -> None:
    r"""The star and the options of \zcref*[S]{..}, \vpageref[above][below]{..} and the like."""
    reader.gullet.accept("*")
    while reader.gullet.optional() is not None:
        pass


def _range(reader: Reader) -> None:
    r"""\crefrange{first}{last}."""
    _pass_options(reader)
    reader.text.refer((*keys_of(reader.gullet.word()), THROUGH, *keys_of(reader.gullet.word())))


def _hyperref(reader: Reader) -> None:
    r"""\hyperref[label]{text}; the old form \hyperref{URL}{category}{name}{text} prints its text."""
    label = reader.gullet.optional()
    if label is None:
        for _ in range(3):
            reader.gullet.argument()
        reader.gullet.push(["{", *reader.gullet.argument(), "}"])
        return
    _refer_in_words(reader, keys_of(source_of(reader.gullet.expand_all(label))))


def _hyperlink(reader: Reader) -> None:
    r"""\hyperlink{name}{text}, which leads to \hypertarget{name}{text}."""
    _refer_in_words(reader, (reader.gullet.word(),))


def _refer_in_words(reader: Reader, keys: tuple[str, ...]) -> None:
    words = reader.read(reader.gullet.argument())
    reader.text.open_reference(keys)
    reader.text.append(words)
    reader.text.close_reference()


def _hyper_target(reader: Reader) -> None:
    _label(reader)
    reader.gullet.push(["{", *reader.gullet.argument(), "}"])


def _label(reader: Reader) -> None:
    reader.gullet.optional()
    key = " ".join(reader.gullet.word().split())
    if key:
        reader.boxes.place(Label(key))


def reference_commands() -> dict[Token, Handler]:
    """The table of this module."""

    def reference(name: str) -> Handler:
        return lambda reader: print_reference(reader, "\\" + name)

    return {
        **{"\\" + name: cite_command for name in _CITES},
        **{f"\\{name}": _cites for name in ("cites", "textcites", "parencites", "autocites", "citeaffixed")},
        **{"\\" + name: reference(name) for name in _REFERENCES},
        **{"\\" + name: _range for name in _RANGES},
        "\\hyperref": _hyperref,
        "\\hyperlink": _hyperlink,
        "\\hypertarget": _hyper_target,
        "\\label": _label,
        "\\figurelabel": _label,
    }
