"""Quantities, numbers and chemical formulae as plain text: siunitx (names of versions 2 and 3) and mhchem."""

import re

from s1_assets.extraction.latex.stomach import Handler, Reader
from s1_assets.extraction.latex.tokens import Token, is_command, source_of

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
    "of": "", "molar": "M", "permille": "‰", "year": "yr", "erg": "erg",
}  # fmt: skip
# siunitx's own abbreviations: a prefix and a unit in few letters (\nm, \kHz, \meV, \uL).
_SHORT = re.compile(r"(?:[fpnumkMGTcd])?(?:m|s|g|A|K|mol|Hz|N|Pa|J|W|C|V|F|H|eV|l|L|Wh|B|bar|T|dB|rad)")
_POWERS = {"squared": "²", "cubed": "³"}
_LITERAL = {".": " ", "~": " ", "^": "^", "_": "_", "{": "", "}": ""}


def unit_text(tokens: list[Token]) -> str:
    r"""A unit as text: `\meter\per\second\squared` is m/s², and literal units stay as typed."""
    written = ""
    before = after = ""
    for token in tokens:
        name = token[1:]
        if not is_command(token):
            written += before + "".join(_LITERAL.get(character, character) for character in token)
            before = ""
        elif name == "per":
            before = "/"
        elif name in _PREFIXES:
            before += ("" if not written or before else " ") + _PREFIXES[name]
        elif name in _POWERS:
            written += _POWERS[name]
        elif name in {"square", "cubic"}:
            after = {"square": "²", "cubic": "³"}[name]
        elif name in _UNITS or _SHORT.fullmatch(name):
            unit = _UNITS.get(name) or ("µ" + name[1:] if len(name) > 1 and name[0] == "u" else name)
            written += (before or (" " if written else "")) + unit + after
            before = after = ""
    return " ".join(written.split())


def number_text(source: str) -> str:
    r"""A number as siunitx prints it: `1.2e-3` is 1.2 × 10^-3, `3 +- 1` is 3 ± 1, `2 x 3` is 2 × 3."""
    plain = source.replace("$", "").replace("\\pm", "±").replace("+-", "±").replace("\\times", "×").replace("{,}", ",")
    plain = re.sub(r"(?<=\d)\s*x\s*(?=\d)", " × ", plain)
    plain = re.sub(
        r"(?<=[\d)])\s*[eEdD]\s*([-+]?)\s*(\d+)", lambda power: f" × 10^{power[1].strip('+')}{power[2]}", plain
    )
    plain = re.sub(r"^\s*[eE]\s*(-?\d+)", r"10^\1", plain)
    return re.sub(r"\s*±\s*", " ± ", plain.replace("~", " ")).strip()


def _number(reader: Reader) -> str:
    return number_text(source_of(reader.gullet.expand_all(reader.gullet.argument())))


def _unit(reader: Reader) -> str:
    return unit_text(reader.gullet.expand_all(reader.gullet.argument()))


def _joined(number: str, unit: str) -> str:
    return number + ("" if unit in {"", "%", "°", "′", "″"} else " ") + unit


def _quantity(reader: Reader) -> None:
    reader.gullet.optional()
    number = _number(reader)
    reader.gullet.optional()
    reader.text.add(_joined(number, _unit(reader)))


def _quantity_range(reader: Reader) -> None:
    reader.gullet.optional()
    first, last = _number(reader), _number(reader)
    reader.text.add(f"{first} to {_joined(last, _unit(reader))}")


def _plain_number(reader: Reader) -> None:
    reader.gullet.optional()
    reader.text.add(_number(reader))


def _number_range(reader: Reader) -> None:
    reader.gullet.optional()
    reader.text.add(f"{_number(reader)} to {_number(reader)}")


def _list_of(with_unit: bool) -> Handler:
    def handle(reader: Reader) -> None:
        reader.gullet.optional()
        numbers = [number_text(part) for part in reader.gullet.word().split(";")]
        listed = ", ".join(numbers[:-1]) + (" and " if len(numbers) > 1 else "") + numbers[-1]
        reader.text.add(_joined(listed, _unit(reader)) if with_unit else listed)

    return handle


def _plain_unit(reader: Reader) -> None:
    reader.gullet.optional()
    reader.text.add(_unit(reader))


def _angle(reader: Reader) -> None:
    reader.gullet.optional()
    parts = reader.gullet.word().split(";")
    reader.text.add("".join(f"{number_text(part)}{mark}" for part, mark in zip(parts, "°′″", strict=False) if part))


def _chemistry(reader: Reader) -> None:
    r"""\ce{H2O + Na+ -> ...}: as typed, without sub- and superscript marks."""
    source = source_of(reader.gullet.expand_all(reader.gullet.argument()))
    source = source.replace("<=>", "⇌").replace("<->", "↔").replace("->", "→").replace("<-", "←")
    reader.text.add(re.sub(r"[\^_{}$]", "", source))


UNIT_COMMANDS: dict[Token, Handler] = {
    "\\SI": _quantity,
    "\\qty": _quantity,
    "\\SIrange": _quantity_range,
    "\\qtyrange": _quantity_range,
    "\\num": _plain_number,
    "\\numrange": _number_range,
    "\\SIlist": _list_of(with_unit=True),
    "\\qtylist": _list_of(with_unit=True),
    "\\numlist": _list_of(with_unit=False),
    "\\si": _plain_unit,
    "\\unit": _plain_unit,
    "\\ang": _angle,
    "\\ce": _chemistry,
    "\\cf": _chemistry,
}
