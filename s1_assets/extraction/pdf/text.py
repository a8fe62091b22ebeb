"""Running text in the order it is read: columns, section headings, paragraphs across lines, columns and pages."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from s1_assets.extraction.pdf.geometry import Box, hull
from s1_assets.extraction.pdf.headings import LONGEST_HEADING, is_heading, is_name_of_section, number_of
from s1_assets.extraction.pdf.pages import Line
from s1_assets.extraction.pdf.typography import Typography
from s1_assets.extraction.pdf.words import Words

_EDGE = 12  # points within which the lines of one column begin
_SHARE_OF_COLUMN = 0.1  # of the lines of a page
_NARROWEST_COLUMN = 90.0  # points
_INDENT = 0.7  # of the letters' size
_EARLY = 2.0  # letters' sizes by which the last line of a paragraph ends early
_FRONT = 3  # pages; with a repository's cover and a page for the title, the abstract is on the third
_ABSTRACT = re.compile(r"(?:abstract|summary)\s*[.:—–-]", re.IGNORECASE)
_ENDS_SENTENCE = re.compile(r"[.!?:][)\]”\"'’]*(?:\d{1,3}(?:[,–-]\d{1,3})*)?$")
_REFERENCES = re.compile(
    r"(?:[\dIVX]+\.?\s*)?(?:references?(?:\s+and\s+notes)?|bibliography|literature(?:\s+cited)?|works\s+cited|"
    r"notes\s+and\s+references|références|literatur(?:verzeichnis)?|bibliograf[ií]a|referencias|referências)\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, the titles of the sections around it, outermost first, and the page that it begins on."""

    text: str
    sections: tuple[str, ...]
    page: int


@dataclass(frozen=True, eq=False)
class _Placed:
    """A line in its column."""

    line: Line
    column: Box
    page: int


def in_reading_order(lines: Collection[Line]) -> list[list[Line]]:
    """Lines of a page by the stretches of columns that they stand in, each from top to bottom.

    A line that reaches over several columns ends the stretches above it.
    """
    edges = _columns(lines)
    stretches: list[dict[int, list[Line]]] = [{}]
    for line in sorted(lines, key=lambda line: (line.baseline, line.box.x0)):
        column = max((place for place, edge in enumerate(edges) if edge <= line.box.x0 + _EDGE), default=0)
        spans = column + 1 < len(edges) and line.box.x1 > edges[column + 1] + _EDGE
        if spans != (-1 in stretches[-1]) and stretches[-1]:
            stretches.append({})
        stretches[-1].setdefault(-1 if spans else column, []).append(line)
    return [stretch[column] for stretch in stretches for column in sorted(stretch)]


def _columns(lines: Collection[Line]) -> list[float]:
    """Where the columns of a page begin, from left to right."""
    starts = Counter(round(line.box.x0 / _EDGE) for line in lines)
    edges: list[float] = []
    for start in sorted(starts):
        near = [line.box.x0 for line in lines if abs(line.box.x0 / _EDGE - start) <= 1]
        if len(near) >= _SHARE_OF_COLUMN * len(lines) and (not edges or min(near) > edges[-1] + _NARROWEST_COLUMN):
            edges.append(min(near))
    return edges


def read_paragraphs(
    pages: Mapping[int, Collection[Line]], running: Collection[Line], typography: Typography, words: Words
) -> list[Paragraph]:
    """Paragraphs in the order they are read, without those of the list of references.

    `pages` are the lines of each page that are no captions, figures, tables or furniture; those of `running` are sure
    to be of paragraphs, the others may be headings or formulae. Title, authors and whatever else stands before the
    first section that is called as papers call them head nothing.
    """
    paragraphs: list[Paragraph] = []
    sections: list[tuple[int, str]] = []
    in_references, in_front = False, True
    for group in _groups(_placed(pages), running, typography):
        text = words.joined(part.line.text for part in group)
        if in_front and _ends_front(text, group[0], typography):
            paragraphs, sections = [replace(paragraph, sections=()) for paragraph in paragraphs], []
            in_front = False
        if _REFERENCES.fullmatch(text):
            in_references = True
        elif is_heading(group[0].line, typography) and len(text) <= LONGEST_HEADING:
            level = _level(text, group[0].line, typography, sections)
            number = number_of(text)
            title = text[number.end() :] if number else text
            sections = [(other, above) for other, above in sections if other < level] + [(level, title)]
            in_references = False
        elif not in_references:
            paragraphs.append(Paragraph(text, tuple(title for _, title in sections), group[0].page))
    return paragraphs


def _ends_front(text: str, first: _Placed, typography: Typography) -> bool:
    """Whether a heading or paragraph is the first of the paper's text: its abstract, or a section by name."""
    headed = is_heading(first.line, typography) and is_name_of_section(text)
    return first.page <= _FRONT and (headed or _ABSTRACT.match(text) is not None)


def _placed(pages: Mapping[int, Collection[Line]]) -> Iterator[_Placed]:
    for number, lines in pages.items():
        for stretch in in_reading_order(lines):
            column = hull(line.box for line in stretch)
            for line in stretch:
                yield _Placed(line, column, number)


def _groups(placed: Iterable[_Placed], running: Collection[Line], typography: Typography) -> Iterator[list[_Placed]]:
    """Lines of one paragraph or heading. A heading ends all paragraphs, a footnote none that goes on behind it."""
    paragraphs: dict[float, list[_Placed]] = {}
    heading: list[_Placed] = []
    for part in placed:
        if is_heading(part.line, typography):
            yield from paragraphs.values()
            paragraphs = {}
            if heading and _breaks(heading[-1], part, typography):
                yield heading
                heading = []
            heading.append(part)
        elif part.line in running:
            if heading:
                yield heading
                heading = []
            size = part.line.size
            if size in paragraphs and _breaks(paragraphs[size][-1], part, typography):
                yield paragraphs.pop(size)
            paragraphs.setdefault(size, []).append(part)
    yield from paragraphs.values()
    if heading:
        yield heading


def _breaks(before: _Placed, part: _Placed, typography: Typography) -> bool:
    """Whether a line begins a new paragraph."""
    line, above = part.line, before.line
    if is_heading(line, typography) or is_heading(above, typography):
        return line.style != above.style or not typography.follows(line, above)
    if not _ENDS_SENTENCE.search(above.text):
        return False
    if part.column is not before.column:
        return True
    edge, size = part.column.x0, line.size
    return (
        line.baseline - above.baseline > 1.3 * typography.pitch_of(line.style)
        or line.box.x0 > above.box.x0 + _INDENT * size
        or above.box.x1 < part.column.x1 - _EARLY * size
        or (line.box.x0 > edge + _INDENT * size and above.box.x0 > edge + _INDENT * size)
    )


def _level(text: str, line: Line, typography: Typography, sections: Sequence[tuple[int, str]]) -> int:
    """How deep a heading stands: by its number, or else by how it is set."""
    number = number_of(text)
    if number is not None:
        return number[0].strip(" .)").count(".") + (2 if re.match("[A-H][.)]? ", text) and sections else 1)
    return 1 if line.size > typography.body[1] + 0.7 or line.text.isupper() else 2
