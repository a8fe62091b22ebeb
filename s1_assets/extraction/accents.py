"""Accents that a font prints as letters of their own: TeX's OT1 fonts set ü as a diaeresis over a u (TeXbook, ch. 9).

The text layer then holds "f¨ur", or "na¨ıve" with a dotless i.
"""

import re
import unicodedata

_COMBINING = {
    "¨": "\u0308",
    "´": "\u0301",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "ˇ": "\u030c",
    "˚": "\u030a",
    "˙": "\u0307",
    "˝": "\u030b",
    "˘": "\u0306",
    "¯": "\u0304",
}
_DOTLESS = {"ı": "i", "ȷ": "j"}
_APART = re.compile(rf"([{''.join(_COMBINING)}])([A-Za-zıȷ])")


def composed(text: str) -> str:
    """The text with each accent on the letter behind it, where Unicode has that letter; other accents stay."""
    return _APART.sub(_one_letter, text)


def _one_letter(match: re.Match[str]) -> str:
    accent, letter = match.groups()
    whole = unicodedata.normalize("NFC", _DOTLESS.get(letter, letter) + _COMBINING[accent])
    return whole if len(whole) == 1 else match[0]
