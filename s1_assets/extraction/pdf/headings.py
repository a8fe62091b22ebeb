"""Headings of sections, told from text and from the words of figures by how they are set and what they say."""

import re
from collections.abc import Collection, Sequence

from s1_assets.extraction.pdf.formulae import is_mathematical
from s1_assets.extraction.pdf.geometry import Box
from s1_assets.extraction.pdf.pages import Line
from s1_assets.extraction.pdf.typography import Typography, next_below

LONGEST_HEADING = 120  # letters
_EDGE = 2.5  # points by which the left edges of one column differ
_SPACED = r"(?!(?:[A-Z] ){3})"  # a word, as in "A B S T R A C T", begins with no number
_NUMBERED = re.compile(rf"{_SPACED}(?:(?:[1-9]\d?|[A-Z])(?:\.\d{{1,2}})*|[IVX]+)[.)]?\s+(?=\S)")
_MOST_ON_PAGE = 60  # of headings; a page with more is a list or a map
_NUMBERED_SECTION = re.compile(r"[1-9]\d?(?:\.\d{1,2})*[.)]?\s+[^\W\d_a-z]")  # a letter could name a panel
_NAME = (
    r"(?:abstract|a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|summary|introduction|background|theory|related\s+works?|"
    r"(?:materials?|experimental|computational)?\s*(?:methods?|methodology|procedures?|sections?|details)|"
    r"materials?|experiments?|experimental|results?|findings|discussions?|conclusions?|concluding\s+remarks|outlook|"
    r"limitations|acknowledge?ments?|references|bibliography|appendix|appendices|funding|data\s+availability|"
    r"author\s+contributions?|(?:conflicts?\s+of|competing)\s+interests?|support(?:ing)?\s+information|"
    r"supplementary\s+(?:information|materials?)|einleitung|zusammenfassung|résumé|resumen|resumo|introducción)"
)
_NAMED = re.compile(rf"{_NAME}(?:\s*(?:,|and|&|,\s*and)\s*{_NAME})*\W*", re.IGNORECASE)


def number_of(text: str) -> re.Match[str] | None:
    """The number that a heading begins with, and the blank behind it."""
    return _NUMBERED.match(text)


def is_name_of_section(text: str) -> bool:
    """Whether papers in general call a section so: "Results and Discussion"."""
    number = number_of(text)
    return _NAMED.fullmatch(text, number.end() if number else 0) is not None


def is_heading(line: Line, typography: Typography) -> bool:
    """Whether a line is set as headings are: larger than the body, bold, in capitals, or in italics with a number."""
    letters = sum(letter.isalpha() for letter in line.text)
    if (
        letters < 3
        or letters < len(line.text) / 2
        or len(line.text) > LONGEST_HEADING
        or line.size < typography.body[1] - 1
        or is_mathematical(line)
    ):
        return False
    numbered = number_of(line.text) is not None
    whole = all(span.bold or span.italic for span in line.spans if span.text.strip())
    return (
        line.size > typography.body[1] + 0.7
        or (whole and (line.main.bold or numbered))
        or (line.text.isupper() and (numbered or letters > 5))
    )


def headings_beside_pictures(
    lines: Sequence[Line], edges: Collection[Line], pictures: Collection[Box], typography: Typography
) -> set[Line]:
    """Of the lines of a page those that are headings for sure, however near to a picture they stand.

    They are set as headings, in a style of the document's headings or with a section's number or name, and have their
    height of the column, at the left edge of which they begin, to themselves. `edges` are lines at such edges.
    """
    likely = [line for line in lines if line.direction == 0 and _is_of_section(line, typography)]
    found = set()
    for line in likely if len(likely) <= _MOST_ON_PAGE else ():
        row = line.box.grown(0, -1)._replace(x1=line.box.x0 + typography.column)
        at_edge = any(other is not line and abs(other.box.x0 - line.box.x0) <= _EDGE for other in edges)
        beside = (other.box for other in lines if other is not line)
        if at_edge and not any(row.common(box).area for box in (*beside, *pictures)):
            found.add(line)
    for line, below in next_below(lines):
        if line in found and below.style == line.style and typography.follows(below, line):
            found.add(below)
    return found


def _is_of_section(line: Line, typography: Typography) -> bool:
    named = _NUMBERED_SECTION.match(line.text) is not None or is_name_of_section(line.text)
    return (named or line.style in typography.headings) and is_heading(line, typography)
