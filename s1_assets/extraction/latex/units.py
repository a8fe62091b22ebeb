"""Quantities, numbers and chemical formulae as plain text.

From siunitx (names of versions 2 and 3), units, nicefrac, xfrac, mhchem and AASTeX.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from s1_assets.extraction.latex.drawing_settings import keep_setting
from s1_assets.extraction.latex.graphic_options import options_of
from s1_assets.extraction.latex.macros import Macro
from s1_assets.extraction.latex.numbering import roman
from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.symbols import symbols
from s1_assets.extraction.latex.tokens import Token, is_command, source_of, tokenize, trim

_PREFIXES = {
    "yocto": "y", "zepto": "z", "atto": "a", "femto": "f", "pico": "p", "nano": "n", "micro": "µ", "milli": "m",
    "centi": "c", "deci": "d", "deca": "da", "deka": "da", "hecto": "h", "kilo": "k", "mega": "M", "giga": "G",
    "tera": "T", "peta": "P", "exa": "E", "zetta": "Z", "yotta": "Y", "kibi": "Ki", "mebi": "Mi", "gibi": "Gi",
}  # fmt: skip
_UNITS = {
    "metre": "m", "meter": "m", "second": "s", "gram": "g", "kilogram": "kg", "ampere": "A", "kelvin": "K",
    "mole": "mol", "candela": "cd", "hertz": "Hz", "newton": "N", "pascal": "Pa", "joule": "J", "watt": "W",
    "coulomb": "C", "volt": "V", "farad": "F", "ohm": "Ω", "siemens": "S", "weber": "Wb", "tesla": "T", "henry": "H",
    "celsius": "°C", "degreeCelsius": "°C", "lumen": "lm", "lux": "lx", "becquerel": "Bq", "gray": "Gy",
    "sievert": "Sv", "katal": "kat", "radian": "rad", "steradian": "sr", "minute": "min", "hour": "h", "day": "d",
    "degree": "°", "arcminute": "′", "arcsecond": "″", "litre": "l", "liter": "L", "tonne": "t", "electronvolt": "eV",
    "dalton": "Da", "atomicmassunit": "u", "hectare": "ha", "bar": "bar", "mmHg": "mmHg", "angstrom": "Å",
    "nauticalmile": "M", "barn": "b", "knot": "kn", "neper": "Np", "bel": "B", "decibel": "dB", "percent": "%",
    "bit": "bit", "byte": "B", "astronomicalunit": "au", "parsec": "pc", "lightyear": "ly", "gauss": "G",
    "electronmass": "m_e", "clight": "c", "planckbar": "ħ", "elementarycharge": "e", "bohr": "a_0", "hartree": "E_h",
    "molar": "M", "permille": "‰", "year": "yr", "erg": "erg",
}  # fmt: skip
# siunitx's own abbreviations: a prefix and a unit in few letters (\nm, \kHz, \meV, \uL).
_SHORT = re.compile(r"(?:[fpnumkMGTcd])?(?:m|s|g|A|K|mol|Hz|N|Pa|J|W|C|V|F|H|eV|l|L|Wh|B|bar|T|dB|rad)")
_NO_UNITS = frozenset(
    ("text", "mathrm", "textrm", "rm", "mbox", "mathsf", "textnormal", "mathit", "boldsymbol", "relax", "protect", "of")
)
_KEYS = frozenset(("range-phrase", "range-units", "list-units", "product-units"))
_POWERS = {"squared": "2", "cubed": "3", "square": "2", "cubic": "3"}
_SMALL_POWERS = {"1": "", "2": "²", "3": "³"}
_CHEMICAL = (("<=>", "⇌"), ("<->", "↔"), ("->", "→"), ("<-", "←"), ("*", "·"), ("\\bond{#}", "≡"), ("\\bond", ""))
_COMMAND = re.compile(r"(\\[A-Za-z]+|\\.)\s?")
_STAGE, _NUMERAL = re.compile(r"[1-9]\d?"), re.compile(r"[IVXLivxl]+")  # of an ion
_TYPED_POWER = re.compile(r"\^([-+−]?\w+)")
_LITERAL = str.maketrans({".": " ", "~": " ", "{": "", "}": "", "$": ""})


@dataclass(slots=True)
class _Factor:
    """One unit of a product. `per` says that it divides; `typed` that it stands as the authors typed it."""

    unit: str
    power: str = "1"
    per: bool = False
    typed: bool = False


def unit_text(tokens: list[Token]) -> str:
    r"""A unit as text: `\meter\per\second\squared` is m/s², `\per\second` is s^-1, and typed units stay as typed."""
    factors: list[_Factor] = []
    prefix, power, per = "", "1", False
    rest = iter(tokens)
    for token in rest:
        name = token[1:] if is_command(token) else ""
        if name == "per":
            per = True
        elif name in _PREFIXES:
            prefix = _PREFIXES[name]
        elif name in {"square", "cubic"}:
            power = _POWERS[name]
        elif name == "raiseto":
            power = _typed_number(rest)
        elif name in {"squared", "cubed", "tothe"}:
            if factors:
                factors[-1].power = _POWERS.get(name) or _typed_number(rest)
        elif (unit := _unit_of(token)) is not None:
            factors.append(_Factor(prefix + unit, power, per))
            prefix, power, per = "", "1", False
        elif typed := _typed(token):
            if factors and (factors[-1].typed or typed[0] in "^_") and not per:
                factors[-1].unit += typed
                factors[-1].typed = True
            else:
                factors.append(_Factor(prefix + typed, power, per, typed=True))
            prefix, power, per = "", "1", False
    return _factors_text(factors)


def _formula(power: re.Match[str]) -> str:
    """A power that the authors typed as the formula that it is: m$^2$, m$^{-3}$."""
    return f"$^{power[1]}$" if len(power[1]) == 1 else f"$^{{{power[1]}}}$"


def _typed(token: Token) -> str:
    """What something that is no unit of the package prints: itself, a symbol, or the name of an unknown unit."""
    if not is_command(token):
        return token.translate(_LITERAL)
    return "" if token[1:] in _NO_UNITS else symbols().get(token, token[1:])


def _typed_number(rest: Iterator[Token]) -> str:
    r"""The number behind \tothe or \raiseto."""
    first = next(rest, "")
    return "".join(takewhile("}".__ne__, rest)) if first == "{" else first


def _unit_of(token: Token) -> str | None:
    r"""What a unit's command prints: its symbol, or letters for siunitx's own abbreviations such as \uL."""
    name = token[1:]
    if not is_command(token) or (name not in _UNITS and not _SHORT.fullmatch(name)):
        return None
    return _UNITS.get(name) or ("µ" + name[1:] if len(name) > 1 and name[0] == "u" else name)


def _factors_text(factors: list[_Factor]) -> str:
    written = ""
    for factor in factors:
        power = factor.power if written or not factor.per else f"-{factor.power}"
        separator = "" if not written else "/" if factor.per else " "
        unit = _TYPED_POWER.sub(_formula, factor.unit) if factor.typed else factor.unit
        written += separator + unit + _SMALL_POWERS.get(power, f"^{power}")
    return " ".join(written.split())


def _with_symbols(source: str) -> str:
    """Source with its commands replaced by what they print."""
    return _COMMAND.sub(lambda command: symbols().get(command[1], ""), source)


def number_text(source: str) -> str:
    r"""A number as siunitx prints it: `1.2e-3` is 1.2 × 10^-3, `3 +- 1` is 3 ± 1, `2 x 3` is 2 × 3."""
    plain = _with_symbols(source.replace("$", "").replace("+-", "±").replace("{,}", ","))
    plain = re.sub(r"(?<=\d)\s*[x×]\s*(?=\d)", " × ", plain)
    plain = re.sub(
        r"(?<=[\d)])\s*[eEdD]\s*([-+]?)\s*(\d+)", lambda power: f" × 10^{power[1].strip('+')}{power[2]}", plain
    )
    plain = re.sub(r"^\s*[eE]\s*(-?\d+)", r"10^\1", plain)
    return re.sub(r"\s*±\s*", " ± ", plain.replace("~", " ")).strip()


def _number(reader: Reader) -> str:
    return number_text(source_of(reader.gullet.expand_all(reader.gullet.argument())))


def _unit(reader: Reader) -> str:
    macros = reader.gullet.macros
    units = reader.gullet.expand_all(reader.gullet.argument())
    declared = [name if (name := _declared_name(token)) in macros else token for token in units]
    return unit_text(reader.gullet.expand_all(declared))


def _declared_name(unit: Token) -> Token:
    """Where the macro table keeps a unit of the authors, which means nothing outside of quantities."""
    return f"\\unit {unit}"


def _declare_unit(reader: Reader) -> None:
    r"""\DeclareSIUnit[options]\name{symbol}."""
    reader.gullet.optional()
    name = trim(reader.gullet.argument())
    symbol = reader.gullet.argument()
    if name and is_command(name[0]):
        reader.gullet.macros.define(_declared_name(name[0]), Macro((), tuple(symbol)), everywhere=True)


def _joined(number: str, unit: str) -> str:
    return number + ("" if unit in {"", "%", "°", "′", "″"} else " ") + unit


def _quantity(reader: Reader) -> None:
    r"""\SI[options]{number}[prefix, such as a currency]{unit}."""
    reader.gullet.optional()
    number = _number(reader)
    prefix = unit_text(reader.gullet.optional() or [])
    reader.text.add(prefix + _joined(number, _unit(reader)))


def _several(numbers: list[str], unit: str, options: dict[str, str], kind: str) -> list[str]:
    """Numbers with their unit, which each of them has unless the authors want it once."""
    once = options.get(f"{kind}-units", "repeat") != "repeat"
    return [*numbers[:-1], _joined(numbers[-1], unit)] if once else [_joined(number, unit) for number in numbers]


def _range_of(with_unit: bool) -> Handler:
    r"""\SIrange[options]{first}{last}{unit}, \numrange[options]{first}{last}."""

    def handle(reader: Reader) -> None:
        options = _options(reader)
        numbers = [_number(reader), _number(reader)]
        unit = _unit(reader) if with_unit else ""
        phrase = reader.plain(tokenize(options.get("range-phrase", "to")))
        link = f" {phrase} " if phrase.isalpha() else phrase
        reader.text.add(link.join(_several(numbers, unit, options, "range")))

    return handle


def _list_of(with_unit: bool) -> Handler:
    r"""\SIlist[options]{1;2;3}{unit}, \numlist[options]{1;2;3}."""

    def handle(reader: Reader) -> None:
        options = _options(reader)
        numbers = [number_text(part) for part in reader.gullet.word().split(";")]
        *first, last = _several(numbers, _unit(reader) if with_unit else "", options, "list")
        reader.text.add(", ".join(first) + (" and " if first else "") + last)

    return handle


def _product(reader: Reader) -> None:
    r"""\qtyproduct[options]{2 x 3}{unit}."""
    options = _options(reader)
    numbers = _number(reader).split(" × ")
    reader.text.add(" × ".join(_several(numbers, _unit(reader), options, "product")))


def _options(reader: Reader) -> dict[str, str]:
    r"""What \sisetup and the command's own options say."""
    stored = {key: reader.gullet.macros.get(_stored_name(key)) for key in _KEYS}
    document = {key: source_of(value.replace(())) for key, value in stored.items() if isinstance(value, Macro)}
    return document | options_of(reader.gullet.optional() or [])


def _set_up(reader: Reader) -> None:
    r"""\sisetup{options}, which bears on drawings too."""
    written = reader.gullet.argument()
    keep_setting(reader, f"\\sisetup{{{source_of(written)}}}")
    options = options_of(written)
    for key in _KEYS & options.keys():
        reader.gullet.macros.define(_stored_name(key), Macro((), (options[key] or " ",)))


def _stored_name(key: str) -> Token:
    """Where the macro table keeps an option of the document."""
    return f"\\siunitx {key}"


def _plain_number(reader: Reader) -> None:
    reader.gullet.optional()
    reader.text.add(_number(reader))


def _plain_unit(reader: Reader) -> None:
    r"""\unit[options]{unit} of siunitx, and \unit[number]{unit} of units."""
    given = source_of(reader.gullet.optional() or [])
    number = number_text(given) if given and "=" not in given else ""
    unit = _unit(reader)
    reader.text.add(_joined(number, unit) if number else unit)


def _fraction(reader: Reader) -> None:
    r"""\nicefrac[font]{1}{2}, \sfrac[instance]{1}[slash]{2}: 1/2."""
    reader.gullet.optional()
    above = reader.plain(reader.gullet.argument())
    reader.gullet.optional()
    reader.text.add(f"{above}/{reader.plain(reader.gullet.argument())}")


def _angle(reader: Reader) -> None:
    reader.gullet.optional()
    parts = reader.gullet.word().split(";")
    reader.text.add("".join(f"{number_text(part)}{mark}" for part, mark in zip(parts, "°′″", strict=False) if part))


def _chemistry(reader: Reader) -> None:
    r"""\ce{H2O + Na+ -> ...}: as typed, without sub- and superscript marks."""
    source = source_of(reader.gullet.expand_all(reader.gullet.argument()))
    for typed, printed in _CHEMICAL:
        source = source.replace(typed, printed)
    reader.text.add(re.sub(r"[\^_{}$]", "", _with_symbols(source)))


def _isotope(reader: Reader) -> None:
    r"""\isotope[nucleons][protons]{element} of the package isotope."""
    nucleons = reader.plain(reader.gullet.optional() or [])
    reader.gullet.optional()
    reader.text.add(nucleons + reader.plain(reader.gullet.argument()))


def _unit_fraction(reader: Reader) -> None:
    r"""\unitfrac[3]{m}{s} of units: 3 m/s."""
    number = reader.plain(reader.gullet.optional() or [])
    reader.text.add(f"{number} " if number else "")
    _fraction(reader)


def _ion(reader: Reader) -> None:
    r"""\ion{C}{iv} and \ion{C}{4} of AASTeX and aa: C IV."""
    element = reader.plain(reader.gullet.argument())
    stage = reader.plain(reader.gullet.argument())
    numeral = roman(int(stage)) if _STAGE.fullmatch(stage) else stage
    reader.text.add(f"{element} {numeral.upper() if _NUMERAL.fullmatch(numeral) else numeral}")


UNIT_COMMANDS: dict[Token, Handler] = {
    "\\SI": _quantity,
    "\\qty": _quantity,
    "\\qtyproduct": _product,
    "\\complexqty": _quantity,
    "\\SIrange": _range_of(with_unit=True),
    "\\qtyrange": _range_of(with_unit=True),
    "\\num": _plain_number,
    "\\numproduct": _plain_number,
    "\\complexnum": _plain_number,
    "\\tablenum": _plain_number,
    "\\numrange": _range_of(with_unit=False),
    "\\SIlist": _list_of(with_unit=True),
    "\\qtylist": _list_of(with_unit=True),
    "\\numlist": _list_of(with_unit=False),
    "\\si": _plain_unit,
    "\\unit": _plain_unit,
    "\\ang": _angle,
    "\\sisetup": _set_up,
    "\\DeclareSIUnit": _declare_unit,
    **{f"\\{name}": _chemistry for name in ("ce", "cf", "cee", "ch")},
    "\\isotope": _isotope,
    "\\ion": _ion,
    "\\unitfrac": _unit_fraction,
    **{f"\\{name}": _fraction for name in ("nicefrac", "sfrac", "frac", "tfrac", "dfrac")},
}

# Which package each command is from, for those whose names other styles use too.
UNIT_PACKAGES: dict[str, frozenset[Token]] = {
    "siunitx": frozenset(("\\SI", "\\qty", "\\num", "\\si", "\\unit", "\\ang")),
    "mhchem": frozenset(("\\ce", "\\cf", "\\cee")),
    "chemformula": frozenset(("\\ch",)),
    "isotope": frozenset(("\\isotope",)),
}
