r"""Commands that print a character: symbols from pylatexenc's tables, accents, and spaces.

pylatexenc (https://pylatexenc.readthedocs.io) maps about 800 LaTeX commands to Unicode; what it leaves out is added.
"""

import unicodedata
from functools import cache

ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
}
_ADDED = {
    "%": "%", "S": "§", "P": "¶", "pounds": "£", "textsterling": "£", "copyright": "©", "textcopyright": "©",
    "textregistered": "®", "texttrademark": "™", "textsection": "§", "textparagraph": "¶", "TeX": "TeX",
    "LaTeX": "LaTeX", "LaTeXe": "LaTeX2e", "BibTeX": "BibTeX", "slash": "/", "textgreater": ">", "textless": "<",
    "textbar": "|", "textasciitilde": "~", "textasciicircum": "^", "textasciigrave": "`", "textunderscore": "_",
    "textdollar": "$", "textquotedbl": '"', "textquotesingle": "'", "quotesinglbase": "‚", "checkmark": "✓",
    "textordfeminine": "ª", "textordmasculine": "º", "textohm": "Ω", "micro": "µ", "celsius": "°C", "degree": "°",
    "degreeCelsius": "°C", "textcelsius": "℃", "perthousand": "‰", "textperthousand": "‰", "angstrom": "Å",
    "Angstrom": "Å", "lbrace": "{", "rbrace": "}", "lbrack": "[", "rbrack": "]", "textvisiblespace": "␣",
    "textmultiply": "×", "textrightarrow": "→", "textleftarrow": "←", "textonehalf": "½", "textonequarter": "¼",
    "dots": "…", "ldots": "…", "textellipsis": "…", "dotsc": "…", "dotso": "…", "cdots": "⋯", "lq": "‘", "rq": "’",
    "percent": "%", "ddag": "‡", "textminus": "−", "textsubscripttwo": "₂", "euro": "€", "EUR": "€",
    "arcsec": "″", "arcmin": "′", "deg": "°", "sun": "☉", "earth": "⊕", "farcs": ".″", "fdg": ".°", "farcm": ".′",
    "fs": ".ˢ", "micron": "µm", "ion": "", "SS": "ẞ", "space": " ", "bslash": "\\", "aas": "", "dash": "–",
}  # fmt: skip
_SPACES = {" ": " ", ",": " ", ";": " ", ":": " ", ">": " ", "!": "", "/": "", "-": "", "@": ""}
_SPACES |= dict.fromkeys(
    ("quad", "qquad", "enspace", "enskip", "thinspace", "medspace", "thickspace", "nobreakspace"), " "
)
_SPACES |= dict.fromkeys(("newline", "linebreak", "hfill", "hfil", "tabularnewline", "cr", "textspace"), " ")
# Not symbols, although pylatexenc prints something for them.
_LEFT_OUT = frozenset({"today", "ref", "cite", "eqref", "href", "url", "item", "title", "author", "date", "maketitle"})


@cache
def symbols() -> dict[str, str]:
    r"""What each symbol command (with its backslash) prints."""
    from pylatexenc.latex2text import get_default_latex_context_db  # slow to load, so only where a paper is read

    known = {
        spec.macroname: spec.simplify_repl
        for spec in get_default_latex_context_db().iter_macro_specs()
        if isinstance(spec.simplify_repl, str) and "%" not in spec.simplify_repl and spec.macroname not in _LEFT_OUT
    }
    return {"\\" + name: printed for name, printed in (known | _ADDED | _SPACES).items()}


def accented(accent: str, text: str) -> str:
    """`text` with the accent over (or under) its first letter, composed where Unicode has such a letter."""
    if not text:
        return ""
    first = {"ı": "i", "ȷ": "j"}.get(text[0], text[0])
    return unicodedata.normalize("NFC", first + ACCENTS[accent]) + text[1:]
