"""The overlay shows on the page what the route read from it."""

import subprocess
import sys

import numpy as np
import pymupdf
import pytest

from s1_assets.extraction.pdf.overlay import draw_pages
from s1_assets.settings import PROJECT

PICTURE = pymupdf.Rect(120, 100, 420, 300)
FIRST_COLOUR = (0x1F, 0x77, 0xB4)
PROSE = "The pump is slow and the tank is deep, so the level falls for a while before it settles again. " * 6


def paper() -> bytes:
    document = pymupdf.open()
    page = document.new_page()
    page.draw_rect(PICTURE, color=(0, 0, 0), fill=(0.9, 0.8, 0.2))
    page.draw_line((120, 100), (420, 300))
    page.insert_text((120, 325), "Figure 1. The level of the tank over time.", fontsize=10)
    page.insert_textbox(pymupdf.Rect(72, 360, 540, 700), PROSE, fontsize=10)
    return bytes(document.tobytes())


def test_a_figure_is_framed_and_its_caption_tinted_in_one_colour():
    [(number, picture)] = draw_pages(paper())
    assert number == 1
    pixels = np.asarray(picture)
    rows, columns = np.nonzero((pixels == FIRST_COLOUR).all(axis=2))
    frame = np.array([columns.min(), rows.max(), columns.max()]) / 1.5
    assert frame == pytest.approx([PICTURE.x0, PICTURE.y1, PICTURE.x1], abs=3)
    caption = pixels[int(316 * 1.5) : int(328 * 1.5), int(120 * 1.5) : int(300 * 1.5)].astype(int)
    running = pixels[int(360 * 1.5) : int(420 * 1.5), int(72 * 1.5) : int(300 * 1.5)].astype(int)
    assert (caption[..., 2] - caption[..., 0] > 20).mean() > 0.3
    assert np.ptp(running, axis=2).max() == 0


def test_a_pdf_that_is_rejected_as_a_whole_says_why(tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 and no more")
    command = [sys.executable, "-m", "s1_assets.extraction.pdf.overlay", str(broken)]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "broken.pdf: archive_unreadable" in run.stderr
