"""What is drawn on a page without being a figure of the paper is neither shown nor given to a caption."""

import pymupdf

from s1_assets_tests.extraction.pdf.drawn_pages import (
    HEIGHT,
    MARGIN,
    SANS,
    WIDTH,
    Box,
    DrawnPaper,
    column,
    overlap,
    prose,
    shown,
)

LEFT, RIGHT = column(0, 1)
TEXT = prose(120, seed=1)


def table(paper: DrawnPaper, y: float, *, ruled: bool) -> float:
    """A table of five rows and four columns from a height on; the height below it comes back."""
    top = y
    for row in range(5):
        if ruled or row in {0, 1}:
            paper.page.draw_line((LEFT + 60, y), (RIGHT - 60, y), width=0.6)
        for place in range(4):
            paper.write(LEFT + 70 + 90 * place, y, f"{row}.{place}{place}" if row else f"basin {place}")
        y += 14
    paper.page.draw_line((LEFT + 60, y), (RIGHT - 60, y), width=0.6)
    if ruled:
        for place in range(5):
            x = LEFT + 60 + (RIGHT - LEFT - 120) * place / 4
            paper.page.draw_line((x, top), (x, y), width=0.6)
    return y


def figure_with(paper: DrawnPaper, y: float) -> tuple[Box, float]:
    box = (LEFT + 60, y, RIGHT - 60, y + 150)
    paper.chart(box)
    return box, paper.caption((LEFT, y + 158, RIGHT, 0), "Figure 1.", TEXT)


def assert_only(paper: DrawnPaper, box: Box) -> None:
    document = paper.read()
    assert shown(document) == [("Figure 1", TEXT, 1)]
    assert overlap(document.figures[0].graphics[0].bbox, box) > 0.9
    assert document.rejects == ()


def test_a_table_with_its_caption_leaves_the_figure_below_alone():
    for ruled in (False, True):
        paper = DrawnPaper()
        paper.fill(LEFT, MARGIN, RIGHT, 200)
        y = paper.caption((LEFT, 212, RIGHT, 0), "Table 1.", prose(60, seed=3)) + 6
        y = table(paper, y, ruled=ruled)
        box, y = figure_with(paper, y + 24)
        paper.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
        assert_only(paper, box)


def test_an_equation_above_a_caption_is_no_picture():
    paper = DrawnPaper()
    box, y = figure_with(paper, MARGIN)
    paper.fill(LEFT, y + 15, RIGHT, y + 100)
    y += 110
    paper.write(LEFT + 150, y, "Q(t) = a h(t)", font="tiit", size=11)
    paper.page.draw_line((LEFT + 220, y + 7), (LEFT + 260, y + 7), width=0.5)
    paper.write(RIGHT - 20, y, "(1)")
    paper.fill(LEFT, y + 24, RIGHT, HEIGHT - MARGIN)
    assert_only(paper, box)


def test_logos_and_bars_that_return_on_every_page_are_none():
    paper = DrawnPaper()
    for page in range(4):
        if page:
            paper.turn_page()
        paper.page.draw_rect(pymupdf.Rect(LEFT, 24, LEFT + 90, 48), fill=(0.9, 0.5, 0.1), color=None)
        paper.page.draw_rect(pymupdf.Rect(0, HEIGHT - 30, WIDTH, HEIGHT), fill=(0.8, 0.85, 0.9), color=None)
        if page == 2:
            box, y = figure_with(paper, MARGIN)
            paper.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
        else:
            paper.fill(LEFT, MARGIN, RIGHT, HEIGHT - MARGIN)
    assert_only(paper, box)


def test_a_box_around_text_is_none():
    paper = DrawnPaper()
    paper.page.draw_rect(pymupdf.Rect(LEFT - 6, MARGIN - 6, RIGHT + 6, 206), color=(0, 0, 0.4), fill=(0.93, 0.95, 1))
    paper.fill(LEFT, MARGIN, RIGHT, 200)
    box, y = figure_with(paper, 230)
    paper.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
    assert_only(paper, box)


def test_an_icon_beside_the_title_is_not_told_of():
    paper = DrawnPaper()
    y = paper.write(LEFT, MARGIN, "A Study of Slow Water", font="tibo", size=18)
    paper.page.draw_circle((RIGHT - 20, MARGIN + 12), 9, fill=(0.2, 0.6, 0.3), color=None)
    paper.fill(LEFT, y + 20, RIGHT, 300)
    box, y = figure_with(paper, 320)
    paper.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
    assert_only(paper, box)


def test_rules_between_columns_and_over_footnotes_are_none():
    paper = DrawnPaper()
    for number in range(2):
        left, right = column(number, 2)
        paper.fill(left, MARGIN, right, 640)
        paper.page.draw_line((left, 660), (left + 80, 660), width=0.4)
        paper.write(left, 662, "1 A note of a few words.", font=SANS, size=7)
    paper.page.draw_line((WIDTH / 2, MARGIN), (WIDTH / 2, 640), width=0.4)
    document = paper.read()
    assert (document.figures, [reject.reason for reject in document.rejects]) == ((), [])
