"""Citations and references, LaTeX's own and those of natbib, biblatex, hyperref, cleveref, varioref and subcaption."""

from s1_assets.extraction.latex.floats import Label
from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.tokens import Token, source_of

_CITES = (
    "cite citep citet citealt citealp citeauthor citeyear citeyearpar citenum citetext Citet Citep Citealt Citealp "
    "Citeauthor parencite textcite footcite footfullcite autocite smartcite supercite fullcite Parencite Textcite "
    "Autocite citeN citeNP citeA citeasnoun citeaffixed shortcite shortciteN onlinecite citeonline refcite inlinecite "
    "textcites parencites autocites cites citepalias citetalias citedate citetitle notecite pcite possessivecite "
    "citefullauthor bibentry newcite"
).split()
# Name to whether it may point to a figure.
_REFERENCES = {
    "ref": True, "autoref": True, "cref": True, "Cref": True, "vref": True, "Vref": True, "subref": True,
    "fref": True, "Fref": True, "labelcref": True, "namecref": True, "nameCref": True, "nameref": True, "fullref": True,
    "figref": True, "Figref": True, "subfigref": True, "autoref*": True, "zref": True, "zcref": True, "prettyref": True,
    "figrefs": True, "lcnamecref": True, "thref": True, "Autoref": True, "hyperlinkref": True, "smartref": True,
    "cpageref": False, "pageref": False, "vpageref": False, "secref": False, "tabref": False, "algref": False,
    "Eqref": False, "labelcpageref": False,
}  # fmt: skip
_RANGES = ("crefrange", "Crefrange", "vrefrange", "cpagerefrange")


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
    return token[1:] in _REFERENCES or token == "\\eqref"


def print_reference(reader: Reader, token: Token) -> None:
    r"""\ref and its kin, one [REF] a command whatever number of labels it names."""
    reader.gullet.accept("*")
    reader.gullet.optional()
    keys = keys_of(reader.gullet.word())
    if token == "\\eqref":
        reader.text.add("([REF])")
    elif _REFERENCES.get(token[1:], True):
        reader.text.refer(keys)
    else:
        reader.text.add("[REF]")


def _range(reader: Reader) -> None:
    reader.gullet.accept("*")
    reader.text.refer((*keys_of(reader.gullet.word()), *keys_of(reader.gullet.word())))


def _hyperref(reader: Reader) -> None:
    r"""\hyperref[label]{text}; the old form \hyperref{URL}{category}{name}{text} prints its text."""
    label = reader.gullet.optional()
    if label is None:
        for _ in range(3):
            reader.gullet.argument()
        reader.gullet.push(["{", *reader.gullet.argument(), "}"])
        return
    words = reader.read(reader.gullet.argument())
    reader.text.open_reference(keys_of(source_of(reader.gullet.expand_all(label))))
    reader.text.append(words)
    reader.text.close_reference()


def _label(reader: Reader) -> None:
    reader.gullet.optional()
    key = " ".join(reader.gullet.word().split())
    if key:
        reader.place(Label(key))


def reference_commands() -> dict[Token, Handler]:
    """The table of this module."""

    def reference(name: str) -> Handler:
        return lambda reader: print_reference(reader, "\\" + name)

    return {
        **{"\\" + name: cite_command for name in _CITES},
        **{f"\\{name}": _cites for name in ("cites", "textcites", "parencites", "autocites")},
        **{"\\" + name: reference(name) for name in (*_REFERENCES, "eqref")},
        **{"\\" + name: _range for name in _RANGES},
        "\\hyperref": _hyperref,
        "\\label": _label,
        "\\figurelabel": _label,
    }
