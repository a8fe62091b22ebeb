"""Captions are told from other text by form and font, and are read to their end."""

import pytest

from s1_assets_tests.extraction.pdf.drawn_pages import (
    BOLD,
    HEIGHT,
    ITALIC,
    MARGIN,
    ROMAN,
    SANS,
    SANS_BOLD,
    DrawnPaper,
    column,
    lines_of,
    prose,
    shown,
)

LEFT, RIGHT = column(0, 1)
TEXT = prose(150, seed=7)


def paper_with(*, above: float = 60, picture: bool = True) -> tuple[DrawnPaper, float]:
    """A page that begins with prose and a picture, and the height below them."""
    paper = DrawnPaper()
    paper.fill(LEFT, MARGIN, RIGHT, MARGIN + above)
    y = MARGIN + above + 15
    if picture:
        paper.photograph((LEFT + 80, y, RIGHT - 80, y + 150))
    return paper, y + 160


def finished(paper: DrawnPaper, y: float) -> DrawnPaper:
    paper.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
    return paper


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("Figure 1.", "Figure 1"),
        ("Figure 1:", "Figure 1"),
        ("Fig. 2:", "Fig. 2"),
        ("Fig. 2.", "Fig. 2"),
        ("FIG. 3.", "FIG. 3"),
        ("FIGURE 4.", "FIGURE 4"),
        ("Figure 1 |", "Figure 1"),
        ("Figure S7.", "Figure S7"),
        ("Figure A.2.", "Figure A.2"),
        ("Figure 3.12:", "Figure 3.12"),
        ("Scheme 3.", "Scheme 3"),
        ("Chart 1.", "Chart 1"),
        ("Plate II.", "Plate II"),
        ("Extended Data Fig. 1 |", "Extended Data Fig. 1"),
        ("Supplementary Figure 2.", "Supplementary Figure 2"),
        ("Abbildung 5.", "Abbildung 5"),
    ],
)
@pytest.mark.parametrize(("font", "label_font"), [(ROMAN, BOLD), (SANS, SANS_BOLD), (ROMAN, ROMAN), (ITALIC, BOLD)])
def test_a_caption_is_known_by_its_form_in_any_font(written, label, font, label_font):
    paper, y = paper_with()
    y = paper.caption((LEFT, y, RIGHT, 0), written, TEXT, font=font, label_font=label_font)
    assert shown(finished(paper, y).read()) == [(label, TEXT, 1)]


def test_a_bold_label_without_any_mark_begins_a_caption():
    paper, y = paper_with()
    y = paper.caption((LEFT, y, RIGHT, 0), "Figure 1", TEXT)
    assert shown(finished(paper, y).read()) == [("Figure 1", TEXT, 1)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Figure 3 shows that the level rises, and",
        "Fig. 2, which holds all stations, says so;",
        "Figures 4 and 5 compare the two basins, and",
        "Figure 1. In winter it is the other way, as",
    ],
)
def test_a_sentence_at_the_start_of_a_line_is_no_caption(sentence):
    paper, y = paper_with()
    y = paper.caption((LEFT, y, RIGHT, 0), "Figure 1.", TEXT)
    lines = lines_of(prose(400, seed=3), RIGHT - LEFT, ROMAN, paper.size)
    lines[1] = lines[1].rstrip(".") + " in"
    lines.insert(2, " ".join(lines_of(f"{sentence} {prose(100, seed=5)}", RIGHT - LEFT, ROMAN, paper.size)[:1]))
    y = paper.write(LEFT, y + 15, *lines)
    assert shown(finished(paper, y).read()) == [("Figure 1", TEXT, 1)]


def test_a_table_is_no_figure_though_it_has_a_caption():
    paper, y = paper_with(picture=False)
    y = paper.caption((LEFT, y, RIGHT, 0), "Table 1.", TEXT) + 6
    for row in range(5):
        y = paper.write(LEFT + 40, y, f"station {row}") - 12
        for place in range(3):
            paper.write(LEFT + 150 + 60 * place, y, f"{row}.{place}")
        y += 12
    document = finished(paper, y).read()
    assert shown(document) == []


def test_a_list_of_figures_holds_no_captions():
    paper, y = paper_with()
    y = paper.caption((LEFT, y, RIGHT, 0), "Figure 1.", TEXT)
    finished(paper, y)
    paper.turn_page()
    y = paper.write(LEFT, MARGIN, "List of Figures", font=BOLD, size=14)
    for number in range(1, 6):
        y = paper.write(
            LEFT, y + 4, f"Figure {number}. The level at station {number} . . . . . . . . . . . . {number + 3}"
        )
    paper.fill(LEFT, y + 20, RIGHT, HEIGHT - MARGIN)
    assert shown(paper.read()) == [("Figure 1", TEXT, 1)]


@pytest.mark.parametrize("letters", [20, 90, 400, 1500])
def test_a_caption_is_read_over_all_of_its_lines(letters):
    text = prose(letters, seed=letters)
    paper, y = paper_with()
    y = paper.caption((LEFT, y, RIGHT, 0), "Figure 1.", text)
    assert shown(finished(paper, y).read()) == [("Figure 1", text, 1)]


def test_a_caption_set_like_the_body_ends_where_white_space_does():
    paper, y = paper_with()
    y = paper.caption((LEFT, y, RIGHT, 0), "Figure 1.", TEXT, size=paper.size, label_font=BOLD)
    assert shown(finished(paper, y + 6).read()) == [("Figure 1", TEXT, 1)]


def test_a_hyphen_of_a_line_break_goes_and_one_of_a_word_stays():
    paper, y = paper_with()
    y = paper.write(
        LEFT, y, "Figure 1. A well-known exam-", "ple of a two-", "fold rise in one catch-", "ment.", size=9
    )
    y = paper.write(LEFT, y + 15, "It is a two-fold rise, for example.")
    [figure] = finished(paper, y).read().figures
    assert figure.caption == "A well-known example of a two-fold rise in one catchment."


def test_a_caption_goes_on_in_the_next_column():
    paper = DrawnPaper()
    (left, right), (next_left, next_right) = column(0, 2), column(1, 2)
    paper.fill(left, MARGIN, right, 500)
    paper.photograph((left, 512, right, 660))
    text = prose(700, seed=11)
    lines = lines_of(f"Figure 1. {text}", right - left, SANS, 8)
    at_foot = int((HEIGHT - MARGIN - 670) / 9.6)
    assert not lines[at_foot - 1].endswith(".")
    paper.write(left, 670, *lines[:at_foot], font=SANS, size=8)
    y = paper.write(next_left, MARGIN, *lines[at_foot:], font=SANS, size=8)
    paper.fill(next_left, y + 14, next_right, HEIGHT - MARGIN)
    assert shown(paper.read()) == [("Figure 1", text, 1)]


def test_a_caption_set_in_two_columns_below_a_wide_picture_is_one():
    paper = DrawnPaper()
    paper.photograph((LEFT, MARGIN, RIGHT, 300))
    text = prose(600, seed=13)
    lines = lines_of(f"Figure 1. {text}", column(0, 2)[1] - LEFT, SANS, 8)
    half = (len(lines) + 1) // 2
    y = paper.write(LEFT, 310, *lines[:half], font=SANS, size=8)
    paper.write(column(1, 2)[0], 310, *lines[half:], font=SANS, size=8)
    for number in range(2):
        left, right = column(number, 2)
        paper.fill(left, y + 20, right, HEIGHT - MARGIN)
    assert shown(paper.read()) == [("Figure 1", text, 1)]


def test_a_caption_goes_on_at_the_top_of_the_next_page():
    paper = DrawnPaper()
    paper.fill(LEFT, MARGIN, RIGHT, 400)
    paper.photograph((LEFT, 412, RIGHT, 680))
    text = prose(900, seed=17)
    lines = lines_of(f"Figure 1. {text}", RIGHT - LEFT, SANS, 8)
    at_foot = 4
    assert not lines[at_foot - 1].endswith(".")
    paper.write(LEFT, HEIGHT - MARGIN - 40, *lines[:at_foot], font=SANS, size=8)
    paper.turn_page()
    y = paper.write(LEFT, MARGIN, *lines[at_foot:], font=SANS, size=8)
    paper.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
    assert shown(paper.read()) == [("Figure 1", text, 1)]


def test_a_continued_figure_is_one_figure_of_two_pictures():
    paper, y = paper_with()
    y = paper.caption((LEFT, y, RIGHT, 0), "Figure 1.", TEXT)
    finished(paper, y)
    paper.turn_page()
    paper.photograph((LEFT, MARGIN, RIGHT, 300))
    y = paper.caption((LEFT, 310, RIGHT, 0), "Figure 1.", "(continued)")
    paper.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
    assert shown(paper.read()) == [("Figure 1", TEXT, 2)]


def test_legends_at_the_end_of_a_manuscript_meet_their_pictures_in_order():
    texts = [prose(120, seed=seed) for seed in (21, 22, 23)]
    paper = DrawnPaper()
    paper.fill(LEFT, MARGIN, RIGHT, HEIGHT - MARGIN)
    paper.turn_page()
    y = paper.write(LEFT, MARGIN, "Figure legends", font=BOLD, size=12)
    for number, text in enumerate(texts, 1):
        y = paper.caption((LEFT, y + 14, RIGHT, 0), f"Figure {number}.", text, size=paper.size)
    for _ in texts:
        paper.turn_page()
        paper.photograph((LEFT, 200, RIGHT, 500))
    document = paper.read()
    assert shown(document) == [(f"Figure {number}", text, 1) for number, text in enumerate(texts, 1)]
    assert [figure.graphics[0].options["page"] for figure in document.figures] == ["3", "4", "5"]
