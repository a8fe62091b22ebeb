r"""Shorthands of babel's German: what `"` and the character behind it print (babel-german manual, section 2)."""

import re
from collections.abc import Iterable

_LANGUAGES = frozenset("german ngerman germanb austrian naustrian swissgerman nswissgerman".split())
_PRINTED = {
    "a": "ä", "o": "ö", "u": "ü", "A": "Ä", "O": "Ö", "U": "Ü", "e": "ë", "i": "ï", "E": "Ë", "I": "Ï",
    "s": "ß", "z": "ß", "S": "SS", "Z": "SZ", "`": "„", "'": "“", "<": "«", ">": "»",
    "-": "", "|": "", '"': "", "=": "-", "/": "/",
}  # fmt: skip
_SHORTHAND = re.compile(f'"([{re.escape("".join(_PRINTED))}])')


def is_german(languages: Iterable[str]) -> bool:
    """Whether the last of the languages, the one that a document is in, is German; options of other kinds aside."""
    *_, last = ("", *(language.strip().removeprefix("main=") for language in languages))
    return last in _LANGUAGES


def printed(source: str) -> str:
    """Characters of a German source with what their shorthands print."""
    return _SHORTHAND.sub(lambda shorthand: _PRINTED[shorthand[1]], source)
