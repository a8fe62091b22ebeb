r"""Units of measurement in a text: behind a number, or anywhere.

A unit is compared by its symbol: 5 µm, 5 μm, $5\,\mu\mathrm{m}$ and 5 micrometres have the unit µm, and "percent" is %.
SI units with the prefixes that papers use, and units common in the sciences, are known; others are no units here.
"""

import re
from collections.abc import Iterator

from s1_assets.quality.entity import Entity

_PREFIX_NAMES = "femto pico nano micro milli centi deci hecto kilo mega giga tera".split()
_PREFIXES = dict(zip("f p n µ m c d h k M G T".split(), _PREFIX_NAMES, strict=True))
# symbol: its prefixes; whether it counts without one; its names. Bare C, F, H, S, G, M and B are panels or elements.
_SCALED = {
    "m": ("f p n µ m c d k", True, "metre meter"),
    "s": ("f p n µ m", True, "second sec"),
    "g": ("f p n µ m k", True, "gram gramme"),
    "L": ("p n µ m d", True, "litre liter"),
    "mol": ("f p n µ m k", True, "mole"),
    "M": ("f p n µ m", False, "molar"),
    "K": ("n µ m", True, "kelvin"),
    "A": ("f p n µ m k", True, "ampere amp"),
    "V": ("n µ m k M", True, "volt"),
    "W": ("p n µ m k M G T", True, "watt"),
    "J": ("p n µ m k M G", True, "joule"),
    "N": ("p n µ m k M", True, "newton"),
    "Pa": ("m h k M G T", True, "pascal"),
    "Hz": ("m k M G T", True, "hertz"),
    "C": ("f p n µ m", False, "coulomb"),
    "F": ("f p n µ m", False, "farad"),
    "H": ("n µ m", False, "henry"),
    "T": ("n µ m", True, "tesla"),
    "G": ("µ m k", False, "gauss"),
    "Ω": ("m k M G", True, "ohm"),
    "S": ("n µ m", False, "siemens"),
    "eV": ("µ m k M G T", True, "electronvolt"),
    "B": ("k M G T", False, "byte"),
    "bit": ("k M G", True, "bit"),
    "Da": ("k M", True, "dalton"),
    "bp": ("k M G", True, "basepair"),
    "b": ("k M G", False, "base"),
    "pc": ("k M G", True, "parsec"),
    "Jy": ("µ m", True, "jansky"),
    "yr": ("k M G", True, "year"),
    "bar": ("m k", True, "bar"),
    "Torr": ("m", True, "torr"),
    "rad": ("µ m", True, "radian"),
    "cal": ("k", True, "calorie"),
    "Gy": ("m", True, "gray"),
    "Sv": ("µ m", True, "sievert"),
    "Bq": ("k M G", True, "becquerel"),
    "lx": ("k", True, "lux"),
}
_OTHERS = {
    "min": "minute mins",
    "h": "hour hr hrs",
    "d": "day",
    "week": "week wk",
    "month": "month",
    "Å": "angstrom Angstrom Ångström",
    "°": "degree deg",
    "%": "percent",
    "px": "pixel",
    "arcsec": "arcsecond",
    "arcmin": "arcminute",
    "AU": "au",
    "Oe": "oersted",
    "ha": "hectare",
    "in": "inch inches",  # never by its symbol, which is a word
    "ft": "foot feet",
    "mile": "mile",
    **dict.fromkeys("dB dBm ppm ppb rpm dpi fps mag dex ly atm erg dyn sr lm cd IU U mmHg mph ‰ °C °F wt%".split(), ""),
}


def _spellings() -> dict[str, str]:
    known: dict[str, str] = {}
    for symbol, (prefixes, bare, names) in _SCALED.items():
        spelled = {prefix + symbol: [_PREFIXES[prefix] + name for name in names.split()] for prefix in prefixes.split()}
        for unit, words in (spelled | {symbol: names.split()}).items():
            if bare or unit != symbol:
                known[unit] = unit
            known |= {form: unit for word in words for form in (word, f"{word}s")}
    for unit, names in _OTHERS.items():
        known |= {form: unit for word in names.split() for form in (word, f"{word}s")}
        if unit != "in":
            known[unit] = unit
    alike = {"KHz": "kHz", "KB": "kB", "l": "L", "ml": "mL", "µl": "µL", "nl": "nL", "dl": "dL"}
    micro = {f"u{unit[1:]}": unit for unit in ("µm", "µg", "µL", "µM", "µA", "µV")} | {"ul": "µL"}
    return known | alike | micro | {"millimolar": "mM", "kilobase": "kb", "kilobases": "kb"}


_SPELLINGS = _spellings()
_FONT = r"\\(?:mathrm|mathsf|mathit|mathbf|textrm|textnormal|text|rm|mbox|hbox|operatorname)\b\s*\{?"
_GAP = rf"(?:[\s~]|\\[,;:! ]|[${{}}^]|{_FONT}|-(?=[A-Za-zµμ]{{2}}))"
_MICRO = rf"(?:[µμ]|\\(?:up)?mu(?![A-Za-z])|\\micro(?![A-Za-z]))(?:[\s}}$]|{_FONT})*"
_DEGREE = r"(?:°|º|\\circ\b|\\degree\b|\bdegrees?\s+(?=[CF]\b|Celsius\b|Fahrenheit\b))"
_SYMBOL = (
    rf"{_DEGREE}(?:(?:[\s~}}$]|{_FONT})*[CF](?:elsius|ahrenheit)?(?![A-Za-z]))?|wt\s?\\?%|\\?%|‰|per\s?cent\b|"
    rf"{_MICRO}(?:[A-Za-z]{{1,10}}|Ω)|[kmMG]?[\s${{]{{0,3}}(?:[ΩΩ]|\\Omega\b)|\\AA\b|mm[\s~]?Hg\b|[A-Za-zÅ][A-Za-zö]{{0,20}}"
)
_POWER = r"(?:\^?\{?[-−–]?[1-9]\}?|[⁻⁺]?[¹²³⁴⁵⁶])?"
_NEGATIVE = r"[$\s]{0,3}(?:\^?\s?\{?\s?[-−–]\s?[1-9]\}?|⁻[¹²³⁴])"
_QUANTITY = re.compile(rf"[\d⁰¹²³⁴-⁹][)}}]?{_GAP}{{0,8}}(?P<unit>{_SYMBOL}){_POWER}")
_DIVISOR = re.compile(rf"[}}$\s]*(?:/|·|⋅|\\cdot\b|\bper\b){_GAP}{{0,4}}(?P<unit>{_SYMBOL}){_POWER}")
_FACTOR = re.compile(rf"{_GAP}{{1,4}}(?P<unit>{_SYMBOL}){_NEGATIVE}")
_ANYWHERE = re.compile(_SYMBOL)
# Macros of siunitx, gensymb and textcomp, each with what it stands for in the spellings above.
_MACROS = (
    (re.compile(rf"\\({'|'.join(_PREFIX_NAMES)})\s*\\(?=[a-z])"), r"\1"),  # \micro\metre is micrometre
    (re.compile(r"\\(?:text|degree)?[cC]elsius(?![A-Za-z])"), "°C"),
    (re.compile(r"\\textdegree(?![A-Za-z])(?:\{\})?|\\ang(?=\{)"), "°"),
)
_TO_MICRO, _DRESSING = re.compile(_MICRO), re.compile(rf"{_FONT}|[\s~{{}}$^]")
_NUMBERED = re.compile(
    r"(?:\b(?:[Ff]ig|[Tt]ab|[Pp]anel|[Ss]ec|[Ee]q|[Rr]ef|[Tt]ype|[Ss]tep)[a-z]*\.?|\])[\s~]*[\d.,]*$"
)
_NO_UNIT = re.compile(r"[-–][A-Za-z]|\.[A-Za-z]|\s*[=<>]")
_IN_WORD = re.compile(r"[\w\u0300-\u036f]")  # the second range are marks on the letter before


def units(text: str) -> Iterator[Entity]:
    """The units that stand behind a number, those of a compound (km/s) one by one; the key is the symbol."""
    for match in _QUANTITY.finditer(text):
        found: re.Match[str] | None = None if _is_label(match, text) else match
        while found and (symbol := _symbol(found["unit"])) and not _IN_WORD.match(text, found.end()):
            yield Entity(found.start("unit"), found.end("unit"), symbol)
            found = _DIVISOR.match(text, found.end()) or _FACTOR.match(text, found.end())


def units_anywhere(text: str) -> set[str]:
    """Every unit that a text could be read to name, with a number or without: an axis has "Time (ns)"."""
    for macro, spelled in _MACROS:
        text = macro.sub(spelled, text)
    found = {_symbol(match.group()) for match in _ANYWHERE.finditer(text)}
    return {symbol for symbol in found if symbol}


def is_unit(word: str) -> bool:
    """Whether a word is a unit's symbol or name: MHz looks like an acronym."""
    return word in _SPELLINGS


def _is_label(match: re.Match[str], text: str) -> bool:
    """Whether a number and one letter are something else than a quantity: Fig. 3 A, 3D, 5 K-means, 5 s.d., 2 N = 4."""
    unit = match["unit"]
    if len(unit) > 1 or not unit.isalpha():
        return False
    attached = not text[match.start() + 1 : match.start("unit")].strip("$")
    before = text[max(0, match.start() - 20) : match.start() + 1]
    return attached or bool(_NUMBERED.search(before) or _NO_UNIT.match(text, match.end()))


def _symbol(written: str) -> str | None:
    """The symbol of a unit as it is written, or None for what is no unit."""
    if written in _SPELLINGS or (written.isascii() and written.isalpha()):
        return _SPELLINGS.get(written)
    folded = _DRESSING.sub("", _TO_MICRO.sub("µ", written))
    folded = folded.replace("\\%", "%").replace("\\Omega", "Ω").replace("Ω", "Ω").replace("\\AA", "Å")
    folded = re.sub(r"º|\\circ|\\degree|degrees?(?=[CF])", "°", folded)
    return _SPELLINGS.get(folded.replace("Celsius", "C").replace("Fahrenheit", "F"))
