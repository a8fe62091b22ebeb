"""Is a text English? By the scripts of its letters, and by a naive Bayes classifier over byte n-grams.

The classifier is py3langid (after Lui and Baldwin 2012, "langid.py: An Off-the-shelf Language Identification Tool").
It chooses among languages that are written often; with all it knows it takes lists of Latin species names and gene
symbols for Latin, Bikol or Creole.
"""

import re
import unicodedata
from functools import cache
from typing import Any

from s1_assets.context.sentences import split_sentences
from s1_assets.extraction.document import MATHS

LEAST_LETTERS = 50  # shorter texts are mostly names and symbols, and no classifier is sure of them
LEAST_PROBABILITY = 0.02  # of English; lists of names have 0.08 and more, sentences 0.3, other languages below 0.0001
MOST_FOREIGN = 0.1  # share of letters that are neither Latin nor Greek: words on a map, a quoted name; not a sentence
LANGUAGES = "en ar cs da de es fa fi fr hi hu id it ja ko nl no pl pt ro ru sv th tr uk vi zh".split()
# No classifier knows what a list of species is; a sentence that is nothing else is left with too few letters.
_BINOMIAL = r"(?:[A-Z][a-z]+|[A-Z]\.)\s[a-z]{3,}(?:a|ae|e|i|is|ns|or|s|um|us|x)\b"
_SPECIES = re.compile(rf"(?:{_BINOMIAL}(?:,\s(?:and\s)?|\sand\s)){{2,}}{_BINOMIAL}")
_SCRIPTS = (
    "LATIN",
    "GREEK",
    "MICRO",
    "MATHEMATICAL",
    "OHM",
    "KELVIN",
    "ANGSTROM",
    "MODIFIER",
    "SCRIPT",
    "DOUBLE-STRUCK",
)


def is_english(text: str) -> bool:
    """Whether every sentence of `text` reads as English; formulae do not count, what is too short to tell passes."""
    letters = _letters(text)
    foreign = sum(not unicodedata.name(letter, "").startswith(_SCRIPTS) for letter in letters if not letter.isascii())
    if foreign > MOST_FOREIGN * len(letters):
        return False
    return all(map(_reads_english, {text, *(text[start:end] for start, end in split_sentences(text))}))


def _reads_english(text: str) -> bool:
    text = _SPECIES.sub(" ", MATHS.sub(" ", text))
    if len(_letters(text)) < LEAST_LETTERS:
        return True
    probability: float = dict(_identifier().rank(text))["en"]
    return probability >= LEAST_PROBABILITY


def _letters(text: str) -> list[str]:
    return [character for character in MATHS.sub(" ", text) if character.isalpha()]


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier
