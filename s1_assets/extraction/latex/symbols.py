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
    "textcommabelow": "\u0326",
    "t": "\u0361",
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
    "fs": ".ˢ", "fm": ".ᵐ", "fh": ".ʰ", "fd": ".ᵈ", "fp": ".ᵖ", "degr": "°", "micron": "µm",
    "SS": "ẞ", "space": " ", "bslash": "\\", "aas": "", "dash": "–",
    "textperiodcentered": "·", "texttildelow": "~", "textasteriskcentered": "∗", "textbardbl": "‖", "textsurd": "√",
    "textbraceleft": "{", "textbraceright": "}", "textlangle": "⟨", "textrangle": "⟩", "textinterrobangdown": "⸘",
    "guillemetleft": "«", "guillemetright": "»", "glqq": "„", "grqq": "“", "glq": "‚", "grq": "‘", "flqq": "«",
    "frqq": "»", "flq": "‹", "frq": "›", "ohm": "Ω", "xmark": "✗", "cmark": "✓", "nobreakdash": "", "colon": ":",
    "yen": "¥", "XeTeX": "XeTeX", "XeLaTeX": "XeLaTeX", "LuaTeX": "LuaTeX", "LuaLaTeX": "LuaLaTeX",
    # relations of A&A's and MNRAS's classes, which work outside of formulae too
    "la": "≲", "ga": "≳", "lid": "≦", "gid": "≧", "lse": "⪍", "gse": "⪎", "loa": "⪅", "goa": "⪆", "grole": "≷",
    "leogr": "≶", "getsto": "⇆",
    # wasysym and marvosym, as far as legends use them
    "CIRCLE": "●", "Circle": "○", "LEFTcircle": "◐", "RIGHTcircle": "◑", "Square": "□", "CheckedBox": "☑", "XBox": "☒",
    "male": "♂", "female": "♀", "mars": "♂", "astrosun": "☉", "diameter": "⌀", "lightning": "↯", "permil": "‰",
    "hexagon": "⬡", "pentagon": "⬠", "hexstar": "✶", "clock": "⏲", "Sun": "☉", "Earth": "⊕", "Jupiter": "♃",
}  # fmt: skip
# textgreek: \textbeta, \textBeta; \textmu is the sign for micro as ever, and the Unicode name of lambda lacks its b.
_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda nu xi omicron pi rho sigma tau upsilon phi chi "
    "psi omega"
).split()
_SPACES = {" ": " ", ",": " ", ";": " ", ":": " ", ">": " ", "!": "", "/": "", "-": "", "@": ""}
_SPACES |= dict.fromkeys(
    ("quad", "qquad", "enspace", "enskip", "thinspace", "medspace", "thickspace", "nobreakspace"), " "
)
_SPACES |= dict.fromkeys(("hfill", "hfil", "textspace"), " ")
_OLDER_DINGBATS = {
    37: "☎", 42: "☛", 43: "☞", 72: "★", 108: "●", 110: "■", 115: "▲", 116: "▼", 117: "◆", 119: "◗", 168: "♣", 169: "♦",
    170: "♥", 171: "♠", 213: "→", 214: "↔", 215: "↕", **dict(enumerate("①②③④⑤⑥⑦⑧⑨⑩", 172)),
}  # fmt: skip
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
    return {"\\" + name: printed for name, printed in (known | _greek_in_text() | _ADDED | _SPACES).items()}


def _greek_in_text() -> dict[str, str]:
    letters = {"varsigma": "ς", "Mu": "Μ"}
    for name in _GREEK:
        letter = name.replace("mb", "m")
        letters[name] = unicodedata.lookup(f"GREEK SMALL LETTER {letter}")
        letters[name.capitalize()] = unicodedata.lookup(f"GREEK CAPITAL LETTER {letter}")
    return {f"text{name}": letter for name, letter in letters.items()}


def dingbat(code: int) -> str:
    r"""What \ding prints: the font's order is that of Unicode's block of dingbats, but for some older characters."""
    if code in _OLDER_DINGBATS:
        return _OLDER_DINGBATS[code]
    if 33 <= code <= 126:
        return chr(0x2700 + code - 32)
    return chr(0x2760 + code - 160) if 161 <= code <= 254 else ""


def accented(accent: str, text: str) -> str:
    r"""`text` with the accent over (or under) its first letter, composed where Unicode has such a letter.

    Over nothing, as in \~{}, an accent prints itself.
    """
    if not text:
        return accent if accent in "`'^~\"" else ""
    first = {"ı": "i", "ȷ": "j"}.get(text[0], text[0])
    return unicodedata.normalize("NFC", first + ACCENTS[accent]) + text[1:]
