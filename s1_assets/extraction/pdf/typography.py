"""How a document is set: the styles of its running text, the distance of its lines, the width of its columns."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from s1_assets.extraction.pdf.pages import Line, Page, Style

_LETTERS_IN_FULL_LINE = 35  # the narrowest columns of print, three on a page, hold as many
_USUAL_PITCH = 1.2  # of the letters' size, where a style has no two lines in a row
_MAX_PITCH = 2.6  # of the letters' size: beyond double spacing, lines are not of one paragraph
_LOOSE = 1.2  # of the usual pitch: lines further apart are not of one paragraph
_SHARE_OF_FLOW = 0.03  # of the letters in full lines
_HEADING_GAP = 4.0  # of its size, from a heading to its text
_EDGE = 2.5  # points by which the left edges of one column differ
_INDENT = 2.5  # of the letters' size
_FEWEST_HEADINGS = 2
_MAX_SIDE_BY_SIDE = 60  # lines of a page that may begin at nearly the same height


@dataclass(frozen=True)
class Typography:
    """What is usual in a document. Lengths are in points.

    `body` is the style of most letters, `flow` are all styles that paragraphs are set in: footnotes and references
    too. `headings` are styles of lines over paragraphs, `inline` those of all that stands within paragraphs. `column`
    is the width of a full line of body text.
    """

    body: Style
    column: float
    flow: frozenset[Style]
    headings: frozenset[Style]
    inline: frozenset[Style]
    pitches: Mapping[Style, float]

    @property
    def pitch(self) -> float:
        """From baseline to baseline of the body text."""
        return self.pitch_of(self.body)

    def pitch_of(self, style: Style) -> float:
        """From baseline to baseline of paragraphs in a style."""
        return self.pitches.get(style, _USUAL_PITCH * style[1])

    def follows(self, line: Line, above: Line) -> bool:
        """Whether a line may be the next of the paragraph that another one is in."""
        down = line.baseline - above.baseline
        overlap = -line.box.gap_across(above.box)
        return (
            0 < down <= _LOOSE * max(self.pitch_of(above.style), self.pitch_of(line.style))
            and abs(line.size - above.size) <= 1
            and overlap > min(line.box.width, above.box.width) / 2
        )


def read_typography(pages: Sequence[Page], furniture: Collection[Line]) -> Typography | None:
    """What is usual in these pages; None when there is no text on them."""
    lines = [[line for line in page.lines if line.direction == 0 and line not in furniture] for page in pages]
    full = [line for on_page in lines for line in on_page if len(line.text) >= _LETTERS_IN_FULL_LINE]
    full = full or [line for on_page in lines for line in on_page if line.text]
    if not full:
        return None
    letters = Counter[Style]()
    for line in full:
        letters[line.style] += len(line.text)
    body, _ = letters.most_common(1)[0]
    widths = Counter[int]()
    for line in full:
        if line.style == body:
            widths[round(line.box.width / 4)] += 1
    flow = {style for style, count in letters.items() if count >= _SHARE_OF_FLOW * letters.total()}
    column = 4.0 * widths.most_common(1)[0][0]
    inline = {span.style for line in full if line.style in flow for span in line.spans if span.text.strip()}
    return Typography(
        body=body,
        column=column,
        flow=frozenset(flow),
        headings=frozenset(_headings(lines, body) - flow),
        inline=frozenset(inline),
        pitches=_pitches(lines),
    )


def next_below(lines: Iterable[Line], reach: float = _MAX_PITCH) -> Iterator[tuple[Line, Line]]:
    """Each line that has another below it that it overlaps across, with the nearest such.

    `reach` is how far below that may stand, in parts of the upper line's size.
    """
    ordered = sorted((line for line in lines if line.direction == 0), key=lambda line: line.baseline)
    for index, line in enumerate(ordered):
        for below in ordered[index + 1 : index + 1 + _MAX_SIDE_BY_SIDE]:
            down = below.baseline - line.baseline
            if down > reach * line.size:
                break
            if down > line.size / 2 and below.box.gap_across(line.box) < 0:
                yield line, below
                break


def _headings(pages: Iterable[Sequence[Line]], body: Style) -> set[Style]:
    """Styles, as large as the body's or larger, of lines that begin where a line of body text below them does."""
    found = Counter[Style]()
    for lines in pages:
        for line, below in next_below(lines, _HEADING_GAP):
            aligned = -_EDGE <= below.box.x0 - line.box.x0 <= _INDENT * line.size
            if below.style == body and line.style != body and line.size >= body[1] and aligned:
                found[line.style] += 1
    return {style for style, count in found.items() if count >= _FEWEST_HEADINGS}


def _pitches(pages: Iterable[Sequence[Line]]) -> dict[Style, float]:
    found: defaultdict[Style, Counter[float]] = defaultdict(Counter)
    for lines in pages:
        for line, below in next_below(lines):
            if line.style == below.style and len(line.text) >= _LETTERS_IN_FULL_LINE:
                found[line.style][round(2 * (below.baseline - line.baseline)) / 2] += 1
    return {style: min(counts, key=lambda pitch: (-counts[pitch], pitch)) for style, counts in found.items()}
