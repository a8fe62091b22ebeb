"""Running text, told from the words of figures and tables by how it is set: in full lines, in columns, in styles."""

from collections.abc import Collection, Sequence
from statistics import median

from s1_assets.extraction.pdf.pages import Line
from s1_assets.extraction.pdf.typography import Typography, next_below

_FEWEST_LINES = 2
_FULL = 0.7  # of the column's width
_LETTERS_IN_LINE = 18  # beside a figure that text wraps around, lines are short
_EDGE = 2.5  # points by which the left edges of one column differ
_INDENT = 3.0  # of the letters' size
_HEADING_GAP = 3.0  # lines between a heading and its text


def find_flow(lines: Sequence[Line], typography: Typography) -> set[Line]:
    """The lines of running text among the lines of a page, which hold no furniture and no captions."""
    blocks = paragraphs(lines, typography)
    flow = {line for block in blocks if _is_flow(block, typography) for line in block}
    edges = {line.box.x0 for line in flow}
    flow.update(line for line in lines if _stands_in_column(line, edges, typography))
    flow.update(_headings(lines, flow))
    return flow


def paragraphs(lines: Sequence[Line], typography: Typography) -> list[list[Line]]:
    """Lines in blocks of text, each from top to bottom: lines that follow each other in one size."""
    block_of = {line: [line] for line in lines}
    for line, below in next_below(lines):
        upper, lower = block_of[line], block_of[below]
        if upper is not lower and typography.follows(below, line):
            upper.extend(lower)
            for moved in lower:
                block_of[moved] = upper
    unique = {id(block): block for block in block_of.values()}
    return [sorted(block, key=lambda line: line.baseline) for block in unique.values()]


def _is_flow(block: Sequence[Line], typography: Typography) -> bool:
    letters = [len(line.text) for line in block]
    width = median(line.box.width for line in block[:-1]) if len(block) > 1 else 0.0
    return (
        len(block) >= _FEWEST_LINES
        and (width >= _FULL * typography.column or block[0].style in typography.flow)
        and median(letters[:-1] or letters) >= _LETTERS_IN_LINE
    )


def _stands_in_column(line: Line, edges: Collection[float], typography: Typography) -> bool:
    """Whether a line in a style of running text begins where the lines of a column do, or a little inside."""
    if line.style not in typography.flow or line.direction != 0:
        return False
    return line.box.width >= _FULL * typography.column or any(abs(line.box.x0 - edge) <= _EDGE for edge in edges)


def _headings(lines: Sequence[Line], flow: Collection[Line]) -> set[Line]:
    """Lines that begin where the running text below them does."""
    found = set()
    for line, below in next_below(lines, _HEADING_GAP):
        if below in flow and line not in flow and abs(line.box.x0 - below.box.x0) <= _EDGE and line.size >= below.size:
            found.add(line)
    return found
