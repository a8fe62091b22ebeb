r"""Environments: which are floats, which only group, which hold mathematics, code or drawings, and their arguments.

Arguments are given by the letters of `signatures`. Sources: the manuals of wrapfig, sidecap, rotating, subcaption,
float, floatflt, caption, algorithm2e, listings, minted, acmart, AASTeX, REVTeX and MDPI's class.
"""

from collections.abc import Callable

from s1_assets.extraction.latex.floats import Kind
from s1_assets.extraction.latex.plain_text import BLANK_CAPTION
from s1_assets.extraction.latex.quantities import box_name
from s1_assets.extraction.latex.signatures import pass_over
from s1_assets.extraction.latex.spacing import set_off_before, set_off_behind
from s1_assets.extraction.latex.stomach import Environment, Handler, Reader, close_box

_FIGURES = {
    "figure": "o", "wrapfigure": "omoW", "sidewaysfigure": "o", "SCfigure": "oo",
    "floatingfigure": "oW", "teaserfigure": "", "marginfigure": "o", "rotfigure": "", "landfigure": "", "ltfigure": "",
    "fullfigure": "o", "widefigure": "o", "figurehere": "", "fig": "o", "FPfigure": "", "LPfigure": "",
    "psfigure": "o", "graphicalabstract": "", "extdatafigure": "o", "suppfigure": "o",
}  # fmt: skip
_OTHER_FLOATS = {
    "table": "o", "wraptable": "omom", "sidewaystable": "o", "SCtable": "oo", "floatingtable": "om", "margintable": "o",
    "longtable": "om", "deluxetable": "om", "longdeluxetable": "m", "splitdeluxetable": "m", "supertabular": "m",
    "xtabular": "m", "longtabu": "m", "ctable": "o", "threeparttable": "o", "algorithm": "o", "algorithm2e": "o",
    "procedure": "o", "function": "o", "listing": "o", "code": "", "program": "o", "Listing": "o", "pseudocode": "",
    "algo": "", "codelisting": "o", "subtable": "om", "tablehere": "", "landtable": "", "tcblisting": "m",
    "rottable": "",
}  # fmt: skip
_PORTRAITS = {"IEEEbiography": "Om", "IEEEbiographynophoto": "m", "biography": "Om", "biographynophoto": "m"}
_PORTRAITS |= {"authorbiography": "Om", "biographywithpic": "mT", "wrapbiography": "Om", "bio": "Om"}
_BOXES = {
    "minipage": "oooW", "center": "", "flushleft": "", "flushright": "", "strip": "o", "adjustbox": "m", "turn": "m",
    "rotate": "m", "sideways": "", "landscape": "", "figurecenter": "", "captionblock": "", "floatrow": "o",
    "measuredfigure": "", "framed": "", "mdframed": "o", "tcolorbox": "o",
    "adjustwidth": "mm", "fullwidth": "", "textblock": "m", "beamercolorbox": "om", "columns": "o", "column": "om",
    "subfigures": "", "interactive": "mm", "centering": "", "fcolorbox": "", "shaded": "",
    "tabbing": "",
}  # fmt: skip
_TABULARS = {"tabular": "om", "tabular*": "mom", "tabularx": "mm", "tabulary": "mm", "tabu": "m", "array": "om"}
_TABULARS |= {"tblr": "om", "NiceTabular": "om", "matrix": ""}
MATHS = {
    "equation": "", "align": "", "eqnarray": "", "gather": "", "multline": "", "flalign": "", "displaymath": "",
    "math": "", "alignat": "m", "xalignat": "m", "dmath": "o", "dgroup": "", "darray": "", "IEEEeqnarray": "om",
    "empheq": "om", "subeqnarray": "", "eqsplit": "", "optidef": "", "numcases": "m", "subnumcases": "m", "mathpar": "",
}  # fmt: skip
# Around displays: no more than these do they end the sentence that they stand in.
AROUND_MATHS = {
    "subequations": "", "widetext": "", "widetext*": "", "mathletters": "", "linenomath": "", "fleqn": "o",
    "spreadlines": "m",
}  # fmt: skip
_UNREAD = (
    "verbatim", "Verbatim", "BVerbatim", "LVerbatim", "SaveVerbatim", "lstlisting", "minted", "comment", "alltt",
    "filecontents", "thebibliography", "references", "CCSXML", "sphinxVerbatim", "pycode", "luacode", "pyconsole",
    "Highlighting", "Code", "CodeInput", "CodeOutput", "CodeChunk", "Sinput", "Soutput", "Schunk", "lstcode",
    "pythoncode", "spverbatim", "verbatimtab", "asy", "sagesilent", "sageblock", "printonly", "htmlonly", "rawhtml",
)  # fmt: skip
_LISTS = {
    "itemize": "o",
    "enumerate": "o",
    "description": "o",
    "compactitem": "o",
    "compactenum": "o",
}
_LISTS |= {"list": "mm", "trivlist": "", "asparaenum": "o", "asparaitem": "o"}
_BLOCKS = {
    "quote": "", "quotation": "", "verse": "", "multicols": "mo", "spacing": "m", "proof": "o", "theorem": "o",
    "lemma": "o", "definition": "o", "proposition": "o", "corollary": "o", "remark": "o", "example": "o",
    "acknowledgments": "o", "acknowledgements": "o", "acknowledgement": "", "acks": "", "keywords": "", "keyword": "",
    "CJK": "mm", "CJK*": "mm", "otherlanguage": "m",
    "singlespace": "", "doublespace": "", "singlespacing": "", "frame": "o",
    "sloppypar": "", "flushenum": "", "linenumbers": "o", "refsection": "", "onecolumn": "", "twocolumn": "",
    "frontmatter": "", "tablenotes": "o", "significancestatement": "", "onehalfspace": "", "spacing*": "m",
}  # fmt: skip
_HIDDEN = ("authors", "affiliations", "titlepage*", "highlights", "IEEEkeywords", "letter", "tikzonly")


def _begin_float(reader: Reader, kind: Kind, name: str) -> None:
    reader.boxes.open(kind)
    reader.declare_caption_type(name)
    reader.hide_text()


def _end_float(reader: Reader) -> None:
    reader.boxes.innermost.texts = reader.text.lines()
    reader.boxes.innermost.texts_behind_blank_caption = reader.text.lines(behind=BLANK_CAPTION)
    reader.show_text()
    reader.boxes.close()


def _float(signature: str, kind: Kind, name: str) -> Environment:
    def begin(reader: Reader) -> None:
        pass_over(reader, signature)
        _begin_float(reader, kind, name)

    return Environment(begin, _end_float)


def figure_float(name: str = "figure", signature: str = "o") -> Environment:
    """A float whose captions are figures; `name` is its counter."""
    return _float(signature, Kind.FIGURE, name)


def other_float(name: str = "table", signature: str = "o") -> Environment:
    """A float whose captions are not figures."""
    return _float(signature, Kind.OTHER, name)


def _float_by_name() -> Environment:
    r"""\begin{wrapfloat}{name}[lines]{side}[overhang]{width}: a float of any kind."""

    def begin(reader: Reader) -> None:
        name = reader.gullet.word()
        pass_over(reader, "omom")
        _begin_float(reader, Kind.FIGURE if name in reader.figure_counters else Kind.OTHER, name)

    return Environment(begin, _end_float)


def _panel(signature: str) -> Environment:
    def begin(reader: Reader) -> None:
        pass_over(reader, signature)
        reader.boxes.open(Kind.PANEL)

    return Environment(begin, close_box)


def _panels(signature: str) -> Environment:
    """A group in which every caption is a subcaption."""

    def begin(reader: Reader) -> None:
        pass_over(reader, signature)
        reader.boxes.open(Kind.PLAIN)
        reader.declare_caption_type("subfigure")

    return Environment(begin, close_box)


def _box(signature: str) -> Environment:
    def begin(reader: Reader) -> None:
        reader.end_paragraph()
        pass_over(reader, signature)
        reader.boxes.open(Kind.PLAIN)

    def end(reader: Reader) -> None:
        reader.end_paragraph()
        reader.boxes.close()

    return Environment(begin, end)


def _tabular(signature: str) -> Environment:
    def begin(reader: Reader) -> None:
        pass_over(reader, signature)
        reader.hide_text()

    def end(reader: Reader) -> None:
        cells = reader.text
        reader.show_text()
        if len(reader.sinks) > 1:  # in a caption, or in a float whose cells may be subcaptions
            reader.text.append(cells)

    return Environment(begin, end)


def block(signature: str = "") -> Environment:
    """Running text in paragraphs of its own: a theorem, a list, a quotation."""

    def begin(reader: Reader) -> None:
        reader.end_paragraph()
        pass_over(reader, signature)

    return Environment(begin, Reader.end_paragraph)


def _nothing(_reader: Reader) -> None:
    """Nothing to do."""


def skip_environment(reader: Reader, name: str) -> str:
    r"""Pass over everything to \end{name} unread; returns it."""
    lexer = reader.gullet.lexer
    if lexer is not None:
        if lexer.find(f"\\end{{{name}}}") == len(lexer.text):
            reader.gullet.run_out(f"an environment called {name[:50]}")
        raw = lexer.raw_until(f"\\end{{{name}}}")
        reader.gullet.push(["\\end", "{", name, "}"])
        return raw
    skipped: list[str] = []
    while (token := reader.gullet.raw()) is not None:
        skipped.append(token)
        if skipped[-3:] == ["{", name, "}"] and skipped[-4:-3] == ["\\end"]:
            reader.gullet.push(["\\end", "{", name, "}"])
            break
    return "".join(skipped[:-4])


def _group(signature: str) -> Environment:
    return Environment(lambda reader: pass_over(reader, signature), _nothing)


def unread(name: str) -> Environment:
    """An environment whose content is not TeX, or no text of the paper."""

    def begin(reader: Reader) -> None:
        reader.end_paragraph()
        skip_environment(reader, name)

    return Environment(begin, _nothing)


def _abstract() -> Environment:
    def begin(reader: Reader) -> None:
        reader.end_paragraph()
        reader.gullet.optional()
        reader.in_abstract = True

    def end(reader: Reader) -> None:
        reader.end_paragraph()
        reader.in_abstract = False

    return Environment(begin, end)


def _stored_box(reader: Reader) -> None:
    r"""\begin{lrbox}{\name}: a box for \usebox. Where another environment ends it, it is read in place."""
    name = box_name(reader.gullet)
    content = reader.gullet.environment_body("lrbox")
    if content is not None:
        reader.gullet.boxes.keep(name, content)


def _hidden() -> Environment:
    return Environment(Reader.hide_text, Reader.show_text)


def _from(table: dict[str, str], make: Callable[[str], Environment]) -> dict[str, Environment]:
    return {name: make(signature) for name, signature in table.items()}


def environments(read_maths: Callable[[str], Handler]) -> dict[str, Environment]:
    """The table of environments; `read_maths(name)` gives the handler that reads a formula up to its end."""

    def maths(name: str, signature: str) -> Environment:
        is_display = name != "math"

        def begin(reader: Reader) -> None:
            pass_over(reader, signature)
            if is_display:
                set_off_before(reader)
            read_maths(name)(reader)

        return Environment(begin, set_off_behind if is_display else _nothing)

    return {
        **_from(_BLOCKS, block),
        **_from(_LISTS, block),
        **_from(AROUND_MATHS, _group),
        "color": _group("om"),
        **_from(_BOXES, _box),
        **_from(_TABULARS, _tabular),
        **{name: maths(name, signature) for name, signature in MATHS.items()},
        **{f"{name}*": maths(f"{name}*", signature) for name, signature in MATHS.items()},
        **{name: unread(name) for name in _UNREAD},
        **{f"{name}*": unread(f"{name}*") for name in _UNREAD},
        **{name: _hidden() for name in _HIDDEN},
        **_from(_OTHER_FLOATS, lambda signature: other_float("table", signature)),
        **_from(_PORTRAITS, lambda signature: _float(signature, Kind.PORTRAIT, "portrait")),
        **_from(_FIGURES, lambda signature: figure_float("figure", signature)),
        **{name: figure_float(name) for name in ("scheme", "chart", "graph", "plate")},
        "lrbox": Environment(_stored_box, _nothing),
        "wrapfloat": _float_by_name(),
        "subfigure": _panel("oW"),
        "subcaptionblock": _panel("oW"),
        "subfloat": _panel("o"),
        "subcaptiongroup": _panels(""),
        "subfloatrow": _panels("o"),
        "abstract": _abstract(),
        "onecolabstract": _abstract(),
        "Abstract": _abstract(),
    }
