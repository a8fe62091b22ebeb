"""Title, abstract and the sentences that cite figures, in the order they are read."""

from itertools import pairwise

import pytest

from s1_assets.context.mentions import figure_mentions
from s1_assets.extraction.document import Document
from s1_assets_tests.extraction.pdf.drawn_pages import (
    BOLD,
    HEIGHT,
    MARGIN,
    ROMAN,
    SANS,
    DrawnPaper,
    column,
    lines_of,
    prose,
)

LEFT, RIGHT = column(0, 1)
TITLE = "How Slow Water Shapes a Valley of Sand"


def mentions_of(document: Document, label: str = "Figure 1") -> list[tuple[str, str]]:
    """Section and text of the sentences that cite a figure."""
    pairs = [{"pair_id": "x", "figure": 1, "panel": None, "label": label, "caption": "c"}]
    passages = [{**vars(passage), "anchors": []} for passage in document.passages]
    return [(mention["section"], mention["text"]) for mention in figure_mentions(passages, pairs)["x"]]


def set_text(paper: DrawnPaper, left: float, y: float, right: float, text: str) -> float:
    return paper.write(left, y, *lines_of(text, right - left, ROMAN, paper.size))


def first_page(abstract: str) -> DrawnPaper:
    paper = DrawnPaper()
    y = paper.write(LEFT, MARGIN, TITLE, font=BOLD, size=18)
    y = paper.write(LEFT, y + 8, "Ada Example and Bea Beispiel", size=11)
    y = paper.write(LEFT, y + 16, "Abstract", font=BOLD, size=11)
    y = set_text(paper, LEFT, y + 4, RIGHT, abstract)
    y = paper.write(LEFT, y + 14, "1 Introduction", font=BOLD, size=12)
    paper.fill(LEFT, y + 6, RIGHT, HEIGHT - MARGIN)
    return paper


def test_title_and_abstract_come_from_page_one():
    abstract = prose(500, seed=4)
    document = first_page(abstract).read()
    assert (document.title, document.abstract) == (TITLE, abstract)


def test_a_title_in_the_metadata_counts_if_the_page_shows_it():
    for told, title in (
        (TITLE.upper(), TITLE.upper()),
        ("Microsoft Word - final3.docx", TITLE),
        ("Other words", TITLE),
    ):
        paper = first_page(prose(500, seed=4))
        paper.document.set_metadata({"title": told})
        assert paper.read().title == title


def test_a_sentence_that_cites_a_figure_is_whole_over_lines_with_its_section():
    paper = DrawnPaper()
    y = paper.write(LEFT, MARGIN, "2 Results", font=BOLD, size=12)
    lines = (
        "The basin fills in spring. As the gauge at the bridge shows, the meas-",
        "urement of the level rises over night (Figure 1), and it falls again by",
        "noon. The rest of the year is quiet and nothing else is seen of it there.",
    )
    y = paper.write(LEFT, y + 6, *lines)
    paper.fill(LEFT, y + 12, RIGHT, HEIGHT - MARGIN)
    sentence = (
        "As the gauge at the bridge shows, the measurement of the level rises over night (Figure 1), and it falls "
        "again by noon."
    )
    assert mentions_of(paper.read()) == [("Results", sentence)]


def test_a_paragraph_goes_on_over_columns_and_pages_without_running_heads_and_numbers():
    """The sentence that cites begins at the foot of the last column and ends on the next page."""
    paper = DrawnPaper()
    sentence = f"It is seen in Figure 1 that the level {prose(150, seed=9).replace('.', '').lower()}."
    (left, right), (next_left, next_right) = column(0, 2), column(1, 2)
    lines = lines_of(sentence, right - left, ROMAN, paper.size)
    at_foot = 2
    for page in range(3):
        if page:
            paper.turn_page()
        paper.write(left, 24, "Example and Beispiel", font=SANS, size=8)
        paper.write(300, HEIGHT - 36, str(page + 11), size=9)
        if page == 0:
            paper.fill(left, MARGIN, right, HEIGHT - MARGIN)
            paper.fill(next_left, MARGIN, next_right, HEIGHT - MARGIN - 12 * (at_foot + 0.5))
            paper.write(next_left, HEIGHT - MARGIN - 12 * at_foot, *lines[:at_foot])
        elif page == 1:
            y = paper.write(left, MARGIN, *lines[at_foot:])
            paper.fill(left, y, right, HEIGHT - MARGIN)
            paper.fill(next_left, MARGIN, next_right, HEIGHT - MARGIN)
        else:
            paper.fill(left, MARGIN, right, HEIGHT - MARGIN)
            paper.fill(next_left, MARGIN, next_right, HEIGHT - MARGIN)
    assert [text for _, text in mentions_of(paper.read())] == [sentence]


def test_sentences_come_in_the_order_of_the_columns():
    paper = DrawnPaper()
    places = {}
    for number in (1, 0):
        left, right = column(number, 2)
        for y in (500.0, 200.0):
            places[number, y] = f"Here Figure 1 is named for the case {number} {y:.0f} of four."
            set_text(paper, left, y, right, places[number, y])
            paper.fill(left, y + 40, right, y + 200)
    order = [places[0, 200.0], places[0, 500.0], places[1, 200.0], places[1, 500.0]]
    assert [text for _, text in mentions_of(paper.read())] == order
    assert all(before.order < after.order for before, after in pairwise(paper.read().passages))


def test_a_heading_loses_its_number_and_no_letter():
    paper = DrawnPaper()
    y = paper.write(LEFT, MARGIN, "2 RLC circuit", font=BOLD, size=12)
    paper.write(LEFT, y + 6, "The level of the charge rises over night (Figure 1), and it falls again by noon.")
    paper.fill(LEFT, y + 30, RIGHT, HEIGHT - MARGIN)
    assert [section for section, _ in mentions_of(paper.read())] == ["RLC circuit"]


def test_large_words_inside_a_picture_are_no_heading():
    paper = DrawnPaper()
    y = paper.write(LEFT, MARGIN, "2 Results", font=BOLD, size=12)
    paper.chart((LEFT + 60, y + 10, RIGHT - 60, y + 210))
    paper.write(LEFT + 200, y + 60, "dry season", font=SANS, size=14)
    y = paper.caption((LEFT, y + 218, RIGHT, 0), "Figure 1.", "Level of the basin.")
    paper.write(LEFT, y + 14, "The level falls in summer (Figure 1) and rises again in the rain of the late autumn.")
    paper.fill(LEFT, y + 40, RIGHT, HEIGHT - MARGIN)
    assert [section for section, _ in mentions_of(paper.read())] == ["Results"]


def test_large_words_between_the_parts_of_a_figure_are_no_heading():
    paper = DrawnPaper()
    y = paper.write(LEFT, MARGIN, "2 Results", font=BOLD, size=12)
    paper.fill(LEFT, y + 6, RIGHT, y + 50)
    y += 80
    paper.write(LEFT + 200, y - 20, "dry season", font=SANS, size=14)
    paper.chart((LEFT + 60, y, RIGHT - 60, y + 100))
    paper.write(LEFT + 200, y + 108, "wet season", font=SANS, size=14)
    paper.chart((LEFT + 60, y + 132, RIGHT - 60, y + 232))
    y = paper.caption((LEFT, y + 240, RIGHT, 0), "Figure 1.", "Level of the basin.")
    paper.write(LEFT, y + 14, "The level falls in summer (Figure 1) and rises again in the rain of the late autumn.")
    paper.fill(LEFT, y + 40, RIGHT, HEIGHT - MARGIN)
    assert [section for section, _ in mentions_of(paper.read())] == ["Results"]


def test_a_large_formula_is_no_heading():
    paper = DrawnPaper()
    y = paper.write(LEFT, MARGIN, "2 Results", font=BOLD, size=12)
    paper.fill(LEFT, y + 6, RIGHT, y + 100)
    paper.write(LEFT + 200, y + 110, "SabcdF", font="symb", size=14)
    paper.write(LEFT, y + 140, "The level falls in summer (Figure 1) and rises again in the rain of the late autumn.")
    paper.fill(LEFT, y + 166, RIGHT, HEIGHT - MARGIN)
    assert [section for section, _ in mentions_of(paper.read())] == ["Results"]


@pytest.mark.parametrize(
    ("heading", "run_in"),
    [("Abstract", ""), ("A B S T R A C T", ""), ("", "Abstract. ")],
)
def test_title_and_authors_head_no_section(heading, run_in):
    paper = DrawnPaper()
    y = paper.write(LEFT, MARGIN, TITLE, font=SANS, size=18)
    y = paper.write(LEFT, y + 8, "Ada Example*", font=SANS, size=14)
    y = paper.write(LEFT, y + 16, heading, font=BOLD, size=10) if heading else y + 16
    sentence = "The level of the basin rises over night (Figure 1), and it falls again by noon."
    y = set_text(paper, LEFT, y + 4, RIGHT, f"{run_in}{sentence} {prose(300, seed=3)}")
    y = paper.write(LEFT, y + 14, "Introduction", font=BOLD, size=12)
    cites = "What is seen in Figure 1 was seen before in the same basin and in the valley beside it."
    y = set_text(paper, LEFT, y + 4, RIGHT, cites)
    paper.fill(LEFT, y + 10, RIGHT, HEIGHT - MARGIN)
    assert mentions_of(paper.read()) == [(heading, sentence), ("Introduction", cites)]


def test_captions_and_references_cite_nothing():
    paper = DrawnPaper()
    paper.photograph((LEFT + 60, MARGIN, RIGHT - 60, 200))
    y = paper.caption((LEFT, 208, RIGHT, 0), "Figure 2.", "The same as in Figure 1 for the other basin.")
    paper.fill(LEFT, y + 15, RIGHT, 500)
    y = paper.write(LEFT, 515, "References", font=BOLD, size=12)
    set_text(
        paper, LEFT, y + 4, RIGHT, "[1] A. Example. How to draw Figure 1 in ten steps. Made-up Journal of Water, 2020."
    )
    assert mentions_of(paper.read()) == []
