r"""What a document sets before a drawing: lengths, colours, styles, libraries, sizes; and its own definitions.

What the preamble says TeX reads there (see extraction/drawing.py). The rest is kept here as statements, as far as
their groups reach, to be carried out before the drawing.
"""

import re

from s1_assets.extraction.latex.definition_text import definition
from s1_assets.extraction.latex.floats import Kind
from s1_assets.extraction.latex.macros import Macro
from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.tokens import Token, source_of

MAX_SETTINGS = 300  # in force at once
MAX_DEFINITIONS = 500  # of one drawing
CHARACTERS_A_TOKEN = 100  # text that is only looked through is that much cheaper than tokens that are read

_SETTINGS = "\\settings of drawings"  # a macro that no source can name, so that settings end with their group
_COMMAND = re.compile(r"\\[a-zA-Z@]+")
_INTERNAL = re.compile(r"\\[a-zA-Z]*@")

# What bears on the drawings that follow, by its arguments: s star, o optional, m mandatory, = the sign.
_SETTING_COMMANDS = {
    "": "thicklines thinlines SpecialCoor NormalCoor CompileMatrices UseTips",
    "m": (
        "tikzset pgfplotsset pgfplotstableset pgfkeys usetikzlibrary usepgfplotslibrary usegdlibrary ctikzset "
        "forestset tikzfeynmanset setchemfig setatomsep setdoublesep xyoption "
        "linethickness tikzmath pgfdeclarelayer pgfsetlayers pgfmathsetseed"
    ),
    "om": "psset",
    "mm": (
        "pgfmathsetmacro pgfmathtruncatemacro pgfmathsetlength pgfmathsetlengthmacro "
        "definesubmol newpsstyle newrgbcolor newgray newcmykcolor newhsbcolor SelectTips tdplotsetmaincoords "
        "pgfdeclareplotmark pgfplotscreateplotcyclelist"
    ),
    "m=o": "tikzstyle",
    "omm": "pgfplotstableread",
    "mmm": "newpsobject",
    "smmm": "pgfmathdeclarefunction",
    "ommm": "definecolor",
    "omom": "colorlet",
}
_SIZES = "tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge"  # a float begins at normal size


def keep_setting(reader: Reader, statement: str) -> None:
    """Keep a statement for the drawings to come in this group; what the preamble says TeX reads there."""
    known = reader.gullet.macros.get(_SETTINGS)
    statements = known.body if isinstance(known, Macro) else ()
    if reader.in_document and len(statements) < MAX_SETTINGS:
        reader.gullet.macros.define(_SETTINGS, Macro((), (*statements, statement)))


def keep_width(reader: Reader, width: list[Token]) -> None:
    r"""Keep the width of a minipage or the like as \linewidth of the drawings in it."""
    keep_setting(reader, f"\\figurepairswidth{{{source_of(width)}}}")


def _setting(name: str, signature: str) -> Handler:
    def handle(reader: Reader) -> None:
        gullet = reader.gullet
        written = f"\\{name}"
        for letter in signature:
            if letter == "m":
                written += f"{{{source_of(gullet.argument())}}}"
            elif letter == "o":
                option = gullet.optional(long=True)
                written += f"[{source_of(option)}]" if option is not None else ""
            elif gullet.accept("*" if letter == "s" else letter):
                written += "*" if letter == "s" else letter
        keep_setting(reader, written)

    return handle


def _size(name: str) -> Handler:
    def handle(reader: Reader) -> None:
        if reader.boxes.within(Kind.FIGURE, Kind.PANEL):
            keep_setting(reader, f"\\{name}")

    return handle


def _is_changed(reader: Reader, name: Token) -> bool:
    """Whether a name, or the register that it stands for, means something else than at the end of the preamble."""
    names = (name, reader.gullet.primitive(name))
    return any(reader.gullet.macros.get(each) is not reader.preamble.get(each) for each in names)


def setting_of(reader: Reader, source: str) -> str:
    """What a drawing needs beside the preamble: definitions that the document itself has made, and settings."""
    macros = reader.gullet.macros
    kept = macros.get(_SETTINGS)
    settings = [part for part in kept.body if isinstance(part, str)] if isinstance(kept, Macro) else []
    definitions: dict[Token, str] = {}
    texts = [source, *settings, "\\unitlength"]
    while texts and len(definitions) < MAX_DEFINITIONS:
        for name in dict.fromkeys(_COMMAND.findall(texts.pop())):
            if name not in definitions and _is_changed(reader, name):
                definitions[name] = definition(reader.gullet, name)
                texts.append(definitions[name])
    setting = "\n".join([*definitions.values(), *settings])
    reader.gullet.spend((len(source) + len(setting)) // CHARACTERS_A_TOKEN)
    return f"\\makeatletter\n{setting}\n\\makeatother" if _INTERNAL.search(setting) else setting


SETTING_COMMANDS: dict[Token, Handler] = {
    **{f"\\{name}": _setting(name, how) for how, names in _SETTING_COMMANDS.items() for name in names.split()},
    **{f"\\{name}": _size(name) for name in _SIZES.split()},
}
