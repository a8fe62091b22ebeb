"""Formulae, told from words by their fonts and their numbers."""

import re

from s1_assets.extraction.pdf.pages import Line

_MATHS = re.compile(r"cmmi|cmsy|cmex|msam|msbm|math|symbol|mtmi|mtsy|rmtmi|euler", re.IGNORECASE)
_FORMULA = 0.3  # of its letters are of mathematical fonts
_NUMBER = re.compile(r"(?:^|\s)\([A-Z]?\.?\d{1,3}(?:\.\d{1,3})?[a-z]?\)$")


def is_formula(line: Line) -> bool:
    """Whether a line is a formula or the number of one."""
    return is_mathematical(line) or _NUMBER.search(line.text) is not None


def is_mathematical(line: Line) -> bool:
    """Whether a line is set in the fonts of formulae for a good part."""
    letters = sum(len(span.text.strip()) for span in line.spans)
    maths = sum(len(span.text.strip()) for span in line.spans if _MATHS.search(span.font))
    return maths > _FORMULA * letters
