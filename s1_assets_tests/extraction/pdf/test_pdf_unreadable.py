"""PDFs that cannot be read, or not in full, end as rejects that say why."""

import random

import pymupdf
import pytest

from s1_assets.extraction.paper import extract_paper
from s1_assets.extraction.pdf.pages import MAX_PAGES
from s1_assets.extraction.pdf.read import read_pdf
from s1_assets_tests.extraction.pdf.drawn_pages import HEIGHT, MARGIN, DrawnPaper, column, prose

LEFT, RIGHT = column(0, 1)
ROW = {"paper_id": "chemrxiv:10.26434/x", "status": "live", "format": "pdf"}


def paper(pages: int = 2) -> DrawnPaper:
    drawn = DrawnPaper()
    for number in range(1, pages + 1):
        if number > 1:
            drawn.turn_page()
        drawn.photograph((LEFT + 50, MARGIN, RIGHT - 50, 220))
        y = drawn.caption((LEFT, 228, RIGHT, 0), f"Figure {number}.", prose(100, number))
        drawn.fill(LEFT, y + 15, RIGHT, HEIGHT - MARGIN)
    return drawn


WHOLE = paper().document.tobytes(garbage=3, deflate=True)
UNPACKED = paper().document.tobytes(expand=255)


def reasons(content: bytes) -> list[str]:
    extraction = extract_paper(ROW, content)
    assert extraction.pairs == []
    return [row["reason"] for row in extraction.rejects]


def test_the_paper_that_is_broken_below_is_whole():
    extraction = extract_paper(ROW, WHOLE)
    assert ([row["label"] for row in extraction.pairs], extraction.rejects) == (["Figure 1", "Figure 2"], [])


def test_a_pdf_that_asks_for_a_password_is_encrypted():
    locked = paper().document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="1234", owner_pw="5678")
    assert reasons(locked) == ["encrypted"]


def test_a_pdf_that_only_its_owner_may_change_is_read():
    locked = paper().document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="", owner_pw="5678")
    assert len(extract_paper(ROW, locked).pairs) == 2


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7 words", WHOLE[:300]])
def test_a_pdf_without_pages_is_unreadable(content):
    assert reasons(content) == ["archive_unreadable"]


def test_a_pdf_of_more_pages_than_a_paper_has_is_not_read():
    document = pymupdf.open()
    for _ in range(MAX_PAGES + 1):
        document.new_page()
    assert reasons(document.tobytes()) == ["reading_limit"]


@pytest.mark.parametrize("count", [b"-9", b"99999999999", b"1e30"])
def test_a_pdf_that_claims_an_impossible_number_of_pages_is_unreadable(count):
    whole = paper(1).document.tobytes()
    assert b"/Count 1" in whole
    assert reasons(whole.replace(b"/Count 1", b"/Count " + count)) == ["archive_unreadable"]


def test_pictures_of_pages_are_a_scan():
    scanned = DrawnPaper()
    for page in range(3):
        if page:
            scanned.turn_page()
        scanned.photograph((0, 0, 612, 792))
    assert reasons(scanned.document.tobytes()) == ["scanned"]


def test_empty_pages_hold_no_text_to_find_captions_in():
    assert reasons(pymupdf.open().new_page().parent.tobytes()) == ["scanned"]


def test_text_without_figures_is_a_paper_without_figures():
    drawn = DrawnPaper()
    drawn.fill(LEFT, MARGIN, RIGHT, HEIGHT - MARGIN)
    assert reasons(drawn.document.tobytes()) == ["no_figures"]


def test_a_page_whose_content_is_nonsense_costs_itself():
    drawn = paper(3)
    drawn.document.update_stream(drawn.document[1].get_contents()[0], b"q BT /F99 ( Tj")
    document = read_pdf(drawn.document.tobytes(), "main.pdf")
    assert [figure.label for figure in document.figures] == ["Figure 1", "Figure 3"]


def damaged(seed: int) -> bytes:
    """A PDF with bytes changed, left out, doubled or cut off; every other one with its streams unpacked."""
    chance = random.Random(seed)
    broken = bytearray(WHOLE if seed % 2 else UNPACKED)
    start = chance.randrange(len(broken))
    match chance.randrange(4):
        case 0:
            del broken[start:]
        case 1:
            del broken[start : start + chance.randrange(2000)]
        case 2:
            broken[start:start] = broken[chance.randrange(len(broken)) :][: chance.randrange(2000)]
        case _:
            for _ in range(chance.choice([3, 30, 300])):
                broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
    return bytes(broken)


@pytest.mark.parametrize("first", range(0, 80, 20))
def test_damaged_pdfs_end_as_pairs_or_rejects(first):
    for seed in range(first, first + 20):
        extraction = extract_paper(ROW, damaged(seed))
        assert extraction.pairs or extraction.rejects, seed
