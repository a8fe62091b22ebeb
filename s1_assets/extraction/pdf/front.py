"""A paper's title and abstract: from its metadata where they say it, else from how its first page is set."""

import re
from collections.abc import Collection, Sequence
from itertools import takewhile

from s1_assets.extraction.pdf.flow import paragraphs
from s1_assets.extraction.pdf.pages import Line
from s1_assets.extraction.pdf.text import Paragraph
from s1_assets.extraction.pdf.typography import Typography
from s1_assets.extraction.pdf.words import Words

_NO_TITLE = re.compile(
    r"untitled|microsoft\s+word|\.(?:docx?|tex|pdf|dvi|indd)\b|^(?:title|manuscript|template|article|paper)\W*$|^\W*$",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(
    r"(?:abstract|a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|summary|zusammenfassung|résumé|resumen|resumo)\b\W*", re.IGNORECASE
)
_ENDS = re.compile(r"\W*(?:key\s*words?|index\s+terms|pacs|jel|ccs\s+concepts|subject\s+headings)\b", re.IGNORECASE)
_INTRODUCTION = re.compile(r"introduction|einleitung|introducción|background", re.IGNORECASE)
_SHORTEST_ABSTRACT = 200  # letters
_FIRST_PARAGRAPHS = 40


def read_title(metadata: str, lines: Collection[Line], typography: Typography, words: Words) -> str:
    """The title: the metadata's if the first page has it too, else its largest lines.

    `lines` are those of the first page.
    """
    told = " ".join(metadata.split())
    if (
        len(told) > 10
        and not _NO_TITLE.search(told)
        and _letters(told) in _letters(" ".join(line.text for line in lines))
    ):
        return told
    upright = [line for line in lines if line.direction == 0 and sum(map(str.isalpha, line.text)) > 2]
    if not upright:
        return ""
    largest = max(line.size for line in upright)
    blocks = paragraphs([line for line in upright if line.size > largest - 1], typography)
    block = max(blocks, key=lambda block: sum(len(line.text) for line in block))
    return words.joined(line.text for line in block) if largest > typography.body[1] else ""


def read_abstract(read: Sequence[Paragraph]) -> str:
    """The abstract among the paragraphs in reading order: what is headed so, else the first long paragraph."""
    first = read[:_FIRST_PARAGRAPHS]
    for place, paragraph in enumerate(first):
        if any(_ABSTRACT.fullmatch(title) for title in paragraph.sections[-1:]):
            return _whole(first[place:])
        run_in = _ABSTRACT.match(paragraph.text)
        if run_in and len(paragraph.text) > _SHORTEST_ABSTRACT:
            return paragraph.text[run_in.end() :]
    before = takewhile(lambda other: not any(_INTRODUCTION.match(title) for title in other.sections), first)
    return next((paragraph.text for paragraph in before if len(paragraph.text) > _SHORTEST_ABSTRACT), "")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _whole(paragraphs: Sequence[Paragraph]) -> str:
    """The text of the paragraphs that stand in the section of the first, up to what never belongs to an abstract."""
    within = takewhile(lambda other: other.sections == paragraphs[0].sections, paragraphs)
    return "\n".join(part.text for part in takewhile(lambda other: not _ENDS.match(other.text), within))
