"""What a figure shows: all of its picture and labels, nothing around them, each picture to its own caption."""

import io

import pymupdf
import pytest
from PIL import Image

from s1_assets.extraction.paper import extract_document
from s1_assets_tests.extraction.pdf.drawn_pages import (
    BOLD,
    HEIGHT,
    MARGIN,
    SANS,
    SANS_BOLD,
    WIDTH,
    Box,
    DrawnPaper,
    column,
    lines_of,
    overlap,
    prose,
    shown,
)

LEFT, RIGHT = column(0, 1)
TEXT = prose(120, seed=1)


def boxes(paper: DrawnPaper) -> dict[str | None, list[Box]]:
    return {
        figure.label: [graphic.bbox for graphic in figure.graphics if graphic.bbox] for figure in paper.read().figures
    }


def assert_shows(paper: DrawnPaper, **expected: Box) -> None:
    """Every figure, by its label with _ for blanks, shows one box and nothing else does."""
    found = boxes(paper)
    assert {label: len(parts) for label, parts in found.items()} == {label.replace("_", " "): 1 for label in expected}
    fits = {label: overlap(found[label.replace("_", " ")][0], box) for label, box in expected.items()}
    assert {label: fit for label, fit in fits.items() if fit < 0.9} == {}


@pytest.mark.parametrize("draw", [DrawnPaper.photograph, DrawnPaper.chart])
@pytest.mark.parametrize("above", [False, True])
def test_a_picture_is_found_above_and_below_its_caption(draw, above):
    paper = DrawnPaper()
    paper.fill(LEFT, MARGIN, RIGHT, 200)
    y = 215.0
    if above:
        y = paper.caption((LEFT, y, RIGHT, 0), "Figure 1.", TEXT) + 8
    box = (LEFT + 60, y, RIGHT - 60, y + 180)
    draw(paper, box)
    y += 188
    if not above:
        y = paper.caption((LEFT, y, RIGHT, 0), "Figure 1.", TEXT)
    paper.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
    assert_shows(paper, Figure_1=box)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_picture_is_found_beside_its_caption(side):
    paper = DrawnPaper()
    paper.fill(LEFT, MARGIN, RIGHT, 300)
    box = (LEFT, 315.0, LEFT + 300, 515.0) if side == "left" else (RIGHT - 300, 315.0, RIGHT, 515.0)
    paper.photograph(box)
    beside = (box[2] + 12, 320, RIGHT, 0) if side == "left" else (LEFT, 320, box[0] - 12, 0)
    paper.caption(beside, "Figure 1.", TEXT)
    paper.fill(LEFT, 530, RIGHT, HEIGHT - MARGIN)
    assert_shows(paper, Figure_1=box)


def test_figures_side_by_side_keep_their_own_pictures():
    paper = DrawnPaper()
    paper.fill(LEFT, MARGIN, RIGHT, 300)
    first, second = (LEFT, 315.0, 296.0, 460.0), (316.0, 315.0, RIGHT, 460.0)
    paper.chart(first)
    paper.chart(second)
    paper.caption((first[0], 468, first[2], 0), "Figure 1.", TEXT)
    paper.caption((second[0], 468, second[2], 0), "Figure 2.", prose(80, seed=2))
    paper.fill(LEFT, 530, RIGHT, HEIGHT - MARGIN)
    assert_shows(paper, Figure_1=first, Figure_2=second)


def test_a_figure_over_both_columns_is_one_figure():
    paper = DrawnPaper()
    box = (LEFT, MARGIN, RIGHT, 260.0)
    paper.chart(box)
    y = paper.caption((LEFT, 268, RIGHT, 0), "Figure 1.", TEXT)
    for number in range(2):
        paper.fill(column(number, 2)[0], y + 15, column(number, 2)[1], HEIGHT - MARGIN)
    assert_shows(paper, Figure_1=box)


def test_panels_that_stand_apart_are_one_picture_with_their_letters():
    paper = DrawnPaper()
    paper.fill(LEFT, MARGIN, RIGHT, 200)
    for place, letter in enumerate("abc"):
        x = LEFT + 165 * place
        paper.write(x, 212, letter, font="hebo", size=10)
        paper.chart((x, 226, x + 150, 340))
    y = paper.caption((LEFT, 348, RIGHT, 0), "Figure 1.", TEXT)
    paper.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
    assert_shows(paper, Figure_1=(LEFT, 213, LEFT + 480, 340))


def titled_chart(title: str, x: float, font: str, left: float = LEFT) -> tuple[DrawnPaper, Box]:
    """A page with words 10 points above a chart, which stands at the page's head; the chart's box."""
    paper = DrawnPaper()
    y = paper.write(x, MARGIN, title, font=font, size=11)
    box = (left, y + 10, RIGHT, y + 110)
    paper.chart(box)
    y = paper.caption((LEFT, y + 118, RIGHT, 0), "Figure 1.", TEXT)
    paper.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
    return paper, box


@pytest.mark.parametrize("left", [LEFT, LEFT + 80])
@pytest.mark.parametrize("title", ["2 Results", "2.1 Level of the basin", "Materials and Methods", "RESULTS"])
def test_a_heading_right_above_a_picture_is_none_of_its_labels(title, left):
    paper, box = titled_chart(title, LEFT, BOLD, left)
    [[found]] = boxes(paper).values()
    assert found == pytest.approx(box, abs=1.5)


def test_a_heading_in_the_style_of_an_abstract_is_no_label():
    """Where paragraphs are set in bold too, a heading looks like a short line of text."""
    paper = DrawnPaper()
    y = paper.write(LEFT, MARGIN, *lines_of(prose(600, seed=5), RIGHT - LEFT, BOLD, 10), font=BOLD)
    paper.fill(LEFT, y + 15, RIGHT, 400)
    y = paper.write(LEFT, 410, "2 Results", font=BOLD)
    box = (LEFT, y + 10, RIGHT, y + 110)
    paper.chart(box)
    y = paper.caption((LEFT, y + 118, RIGHT, 0), "Figure 1.", TEXT)
    paper.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
    [[found]] = boxes(paper).values()
    assert found == pytest.approx(box, abs=1.5)


@pytest.mark.parametrize(
    ("title", "x"), [("Level of the basin", 250.0), ("Results", 290.0), ("(a)", LEFT), ("A Dry season", LEFT)]
)
def test_titles_of_plots_and_panels_are_labels(title, x):
    paper, (left, _, right, bottom) = titled_chart(title, x, SANS_BOLD)
    [[found]] = boxes(paper).values()
    assert found == pytest.approx((left, MARGIN + 3, right, bottom), abs=2.5)


def test_three_figures_of_a_page_have_a_picture_each():
    paper = DrawnPaper()
    y, drawn = MARGIN, {}
    for number in (1, 2, 3):
        drawn[f"Figure_{number}"] = (LEFT + 60, y, RIGHT - 60, y + 130)
        paper.photograph(drawn[f"Figure_{number}"])
        y = paper.caption((LEFT, y + 138, RIGHT, 0), f"Figure {number}.", prose(90, seed=number)) + 14
        paper.fill(LEFT, y, RIGHT, y + 36)
        y += 50
    assert_shows(paper, **drawn)


def test_pictures_over_each_other_without_text_between_go_to_the_captions_below_them():
    paper = DrawnPaper()
    y, drawn = MARGIN, {}
    for number in (1, 2):
        drawn[f"Figure_{number}"] = (LEFT, y, RIGHT, y + 200)
        paper.chart(drawn[f"Figure_{number}"])
        y = paper.caption((LEFT, y + 208, RIGHT, 0), f"Figure {number}.", prose(90, seed=number)) + 12
    paper.fill(LEFT, y + 10, RIGHT, HEIGHT - MARGIN)
    assert_shows(paper, **drawn)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_that_the_file_turns_is_read_as_it_is_shown(rotation):
    drawn = DrawnPaper()
    drawn.fill(LEFT, MARGIN, RIGHT, 200)
    drawn.chart((LEFT + 60, 215, RIGHT - 60, 400))
    y = drawn.caption((LEFT, 408, RIGHT, 0), "Figure 1.", TEXT)
    drawn.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
    turned = DrawnPaper()
    across = rotation in {90, 270}
    turned.page.set_mediabox(pymupdf.Rect(0, 0, HEIGHT if across else WIDTH, WIDTH if across else HEIGHT))
    turned.page.show_pdf_page(turned.page.rect, drawn.document, 0, rotate=rotation)
    turned.page.set_rotation(rotation)
    [figure] = turned.read().figures
    assert (figure.label, figure.caption) == ("Figure 1", TEXT)
    assert overlap(figure.graphics[0].bbox, (LEFT + 60, 215, RIGHT - 60, 400)) > 0.9


def sideways(draw) -> DrawnPaper:
    """An upright page of prose, and one whose content stands sideways on it."""
    content = DrawnPaper()
    content.turn_page(HEIGHT, WIDTH)
    content.document.delete_page(0)
    draw(content)
    paper = DrawnPaper()
    paper.fill(LEFT, MARGIN, RIGHT, HEIGHT - MARGIN)
    paper.turn_page()
    paper.page.show_pdf_page(paper.page.rect, content.document, 0, rotate=90)
    return paper


def test_a_figure_that_stands_sideways_on_its_page_is_shown_upright():
    def draw(content: DrawnPaper) -> None:
        content.page.draw_rect(pymupdf.Rect(100, 60, 700, 260), fill=(0.8, 0.1, 0.1), color=None)
        content.page.draw_rect(pymupdf.Rect(100, 260, 700, 460), fill=(0.1, 0.1, 0.8), color=None)
        content.caption((100, 470, 700, 0), "Figure 1.", TEXT)

    [figure], image = (paper := sideways(draw)).read().figures, crops(paper)[0]
    assert figure.caption == TEXT
    assert image.width > image.height
    upper, lower = (image.getpixel((image.width // 2, int(share * image.height))) for share in (0.25, 0.75))
    assert upper[0] > 2 * upper[2]
    assert lower[2] > 2 * lower[0]


def crops(paper: DrawnPaper) -> list[Image.Image]:
    content = paper.document.tobytes()
    rows = extract_document("p", paper.read(), {"main.pdf": content}, route="pdf").pairs
    return [Image.open(io.BytesIO(row["image"])).convert("RGB") for row in rows]


def test_a_crop_is_sharp_and_shows_nothing_of_the_text_around():
    """The text is red, and the picture has no red."""
    paper = DrawnPaper(ink=(1, 0, 0))
    (left, right), (next_left, next_right) = column(0, 2), column(1, 2)
    box = (left, 320.0, right, 480.0)
    paper.fill(left, MARGIN, right, 314)
    paper.page.draw_rect(pymupdf.Rect(box), color=(0, 0, 0.5), fill=(0.3, 0.6, 0.9), width=1)
    y = paper.caption((left, 484, right, 0), "Figure 1.", TEXT)
    paper.fill(left, y + 15, right, HEIGHT - MARGIN)
    paper.fill(next_left, MARGIN, next_right, HEIGHT - MARGIN)
    [image] = crops(paper)
    assert max(image.size) >= 1024
    assert image.width / image.height == pytest.approx((box[2] - box[0]) / (box[3] - box[1]), rel=0.03)
    red = sum(count for count, (r, g, b) in image.getcolors(1 << 24) or [] if r > g + 60 and r > b + 60)
    assert red == 0


def test_the_words_inside_a_crop_are_told_and_those_of_the_text_are_not():
    paper = DrawnPaper()
    paper.fill(LEFT, MARGIN, RIGHT, 300)
    paper.chart((LEFT + 60, 315, RIGHT - 60, 480))
    y = paper.caption((LEFT, 488, RIGHT, 0), "Figure 1.", TEXT)
    paper.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
    [row] = extract_document("p", paper.read(), {"main.pdf": paper.document.tobytes()}, route="pdf").pairs
    assert {"upstream", "0.2", "30"} <= set(row["figure_text"])
    assert not set(row["figure_text"]) & set(TEXT.split())
    assert row["page"] == 1


def test_a_figure_of_words_and_arrows_is_a_figure():
    paper = DrawnPaper()
    paper.fill(LEFT, MARGIN, RIGHT, 250)
    for place, word in enumerate(("rain", "soil", "stream")):
        x = LEFT + 40 + 150 * place
        paper.page.draw_rect(pymupdf.Rect(x, 280, x + 80, 310), color=(0, 0, 0), width=0.8)
        paper.page.insert_text((x + 20, 298), word, fontname=SANS, fontsize=9)
        if place:
            paper.page.draw_line((x - 70, 295), (x, 295), width=0.8)
    y = paper.caption((LEFT, 325, RIGHT, 0), "Figure 1.", TEXT)
    paper.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
    assert_shows(paper, Figure_1=(LEFT + 40, 280, LEFT + 420, 310))


def test_a_caption_without_a_picture_is_a_figure_that_shows_nothing():
    paper = DrawnPaper()
    paper.fill(LEFT, MARGIN, RIGHT, 300)
    y = paper.caption((LEFT, 318, RIGHT, 0), "Figure 1.", TEXT)
    paper.fill(LEFT, y + 18, RIGHT, HEIGHT - MARGIN)
    document = paper.read()
    assert shown(document) == [("Figure 1", TEXT, 0)]
    assert [(reject.reason, reject.figure) for reject in document.rejects] == [("no_graphic", 1)]


def test_a_picture_without_a_caption_is_told_of():
    paper = DrawnPaper()
    paper.fill(LEFT, MARGIN, RIGHT, 300)
    paper.photograph((LEFT + 60, 320, RIGHT - 60, 480))
    paper.fill(LEFT, 500, RIGHT, HEIGHT - MARGIN)
    document = paper.read()
    assert document.figures == ()
    assert [(reject.reason, reject.figure) for reject in document.rejects] == [("no_caption", None)]
