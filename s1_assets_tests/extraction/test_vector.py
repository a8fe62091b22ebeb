"""Pages of PDF and SVG files as a paper shows them."""

import gzip
import io
import random

import pymupdf
import pytest
from PIL import Image

from s1_assets.extraction.images import render
from s1_assets.extraction.picture import RenderedImage
from s1_assets.extraction.vector import MAX_WORDS
from s1_assets.rejects import Reason, Reject
from s1_assets_tests.extraction.quadrants import colours, pdf, raster, refused, saved, shown

SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="600" height="800">
<rect x="100" y="100" width="200" height="100" fill="#f00"/><rect x="300" y="100" width="200" height="100" fill="#0f0"/>
<rect x="100" y="200" width="200" height="100" fill="#00f"/><rect x="300" y="200" width="200" height="100" fill="#ff0"/>
<text x="320" y="180">Dose</text></svg>"""


@pytest.mark.parametrize(
    ("points", "pixels"),
    [
        ((400, 200), (1667, 834)),  # 300 dpi
        ((3600, 1800), (2048, 1024)),  # a poster, as large as it may be
        ((60, 30), (1024, 512)),  # a small drawing, enlarged
    ],
)
def test_the_size_is_that_of_300_dpi_between_1024_and_2048_pixels(points, pixels):
    rendered = shown(pdf(*points))
    assert abs(rendered.width - pixels[0]) <= 1
    assert abs(rendered.height - pixels[1]) <= 1
    assert max(rendered.width, rendered.height) <= 2048
    assert colours(rendered) == "RGBY"


def test_a_drawing_is_published_as_png_and_a_photograph_within_a_pdf_as_jpeg():
    assert shown(pdf()).image_format == "png"
    document = pymupdf.open()
    noise = saved(Image.frombytes("RGB", (800, 500), random.Random(0).randbytes(800 * 500 * 3)), "PNG")
    document.new_page(width=400, height=250).insert_image((0, 0, 400, 250), stream=noise)
    assert shown(document.tobytes()).image_format == "jpeg"


def test_the_page_option_picks_the_page_that_is_reported():
    assert shown(pdf(pages=3)).page == 1
    assert shown(pdf(pages=3), page="3").page == 3
    assert refused(pdf(pages=3), page="4") is Reason.PAGE_MISSING


def test_the_rotation_of_the_page_is_honoured():
    rendered = shown(pdf(rotation=90))
    assert (colours(rendered), rendered.width < rendered.height) == ("BRYG", True)


def test_the_crop_box_is_what_is_shown():
    document = pymupdf.open(stream=pdf())
    document[0].set_cropbox((200, 0, 400, 200))
    assert colours(shown(document.tobytes())) == "GGYY"


def boxed(**boxes: str) -> bytes:
    """Quadrants at (50, 100) to (450, 300) of a page with these boxes."""
    drawing = pymupdf.open(stream=pdf())
    document = pymupdf.open()
    page = document.new_page(width=1000, height=1000)
    page.show_pdf_page(pymupdf.Rect(50, 700, 450, 900), drawing)
    for key, value in boxes.items():
        document.xref_set_key(page.xref, key, value)
    return document.tobytes()


@pytest.mark.parametrize(
    "boxes",
    [
        {"MediaBox": "[50 100 450 300]"},
        {"MediaBox": "[450 300 50 100]"},
        {"CropBox": "[50 100 450 300]"},
        {"MediaBox": "[-500 -500 2000 2000]", "CropBox": "[450 300 50 100]"},
        {"MediaBox": "[50 100 450 300]", "CropBox": "[0.5 -100 600.9 999]"},
        {"MediaBox": "[50 100 450 300]", "CropBox": "[1000 1000 1400 1200]"},
        {"MediaBox": "[50 100 450 300]", "CropBox": "[0 0 0 0]"},
        {"MediaBox": "[50 100 450 300]", "TrimBox": "[60 110 70 120]", "Rotate": "360"},
    ],
)
def test_boxes_of_a_page_may_be_shifted_and_odd(boxes):
    rendered = shown(boxed(**boxes))
    assert (colours(rendered), abs(rendered.width - 2 * rendered.height) <= 2) == ("RGBY", True)


def test_a_crop_of_letter_size_is_a_crop():
    rendered = shown(boxed(CropBox="[50 100 662 892]", UserUnit="1"), viewport="0 0 400 200", clip="")
    assert colours(rendered) == "RGBY"


@pytest.mark.parametrize(("page_box", "expected"), [("artbox", "RRRR"), ("mediabox", "RGBY"), ("any", "RRBB")])
def test_the_pagebox_option_picks_another_box(page_box, expected):
    document = pymupdf.open(stream=pdf())
    document.xref_set_key(document[0].xref, "CropBox", "[0 0 200 200]")
    document.xref_set_key(document[0].xref, "ArtBox", "[10 110 200 200]")
    document[0].draw_line((0, 50), (200, 51))
    assert colours(shown(document.tobytes(), pagebox=page_box)) == expected


def on_a_sheet(width: float, height: float, *, background: bool = False) -> bytes:
    """Quadrants of 200 by 100 points in the middle of a page."""
    document = pymupdf.open()
    page = document.new_page(width=width, height=height)
    if background:
        page.draw_rect(page.rect, color=None, fill=(1, 1, 1))
    left, top = (width - 200) / 2, (height - 100) / 2
    page.show_pdf_page(pymupdf.Rect(left, top, left + 200, top + 100), pymupdf.open(stream=pdf(words=True)))
    return document.tobytes()


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize("page", [(595, 842), (14_400, 14_400)])
def test_a_page_that_is_mostly_white_is_cut_to_what_is_drawn_and_a_rim(page, background):
    rendered = shown(on_a_sheet(*page, background=background))
    assert (colours(rendered), len(rendered.figure_text)) == ("RGBY", 5)
    assert rendered.width >= 1024
    assert 1.7 < rendered.width / rendered.height < 2


def test_a_page_with_some_white_around_stays_as_it_is():
    rendered = shown(on_a_sheet(260, 150))
    assert abs(rendered.width / rendered.height - 260 / 150) < 0.01


def test_annotations_and_form_fields_are_neither_shown_nor_told():
    document = pymupdf.open(stream=pdf())
    document[0].add_rect_annot((0, 0, 200, 200)).set_colors(fill=(1, 1, 1))
    field = pymupdf.Widget()
    field.rect, field.field_name, field.field_value = pymupdf.Rect(0, 0, 200, 200), "name", "value"
    field.field_type, field.fill_color = pymupdf.PDF_WIDGET_TYPE_TEXT, (0, 0, 0)
    document[0].add_widget(field)
    rendered = shown(document.tobytes())
    assert (colours(rendered), rendered.figure_text) == ("RGBY", [])


def test_a_layer_that_is_off_is_not_shown():
    document = pymupdf.open(stream=pdf())
    layer = document.add_ocg("hidden", on=False)
    document[0].draw_rect((0, 0, 400, 200), fill=(0, 0, 0), oc=layer)
    assert colours(shown(document.tobytes())) == "RGBY"


def test_what_is_transparent_is_white():
    picture = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    picture.paste((255, 0, 0, 255), (0, 0, 20, 20))
    document = pymupdf.open()
    document.new_page(width=400, height=200).insert_image((0, 0, 400, 200), stream=saved(picture, "PNG"))
    assert colours(shown(document.tobytes())) == "RWRW"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"trim": "0 0 0 90", "clip": ""}, "BYBY"),
        ({"trim": "0 0 0 90"}, "RGBY"),
        ({"viewport": "190 0 400 100", "clip": "true"}, "YYYY"),
        ({"viewport": "100 0 300 200", "clip": "true"}, "RGBY"),
        ({"angle": "90"}, "GYRB"),
        ({"trim": "0 0 0 90", "clip": "", "angle": "-90"}, "BBYY"),
        ({"reflect": "true"}, "GRYB"),
        ({"angle": "90", "reflect": "true"}, "YGBR"),
        ({"scale": "-1"}, "YBGR"),
        ({"draft": "true"}, "RGBY"),
        ({"width": "3cm", "scale": "0.2", "height": "1in", "keepaspectratio": ""}, "RGBY"),
    ],
)
def test_what_includegraphics_cuts_and_turns(options, expected):
    assert colours(shown(pdf(), **options)) == expected


def test_a_cut_out_is_rendered_as_large_as_a_whole_page():
    assert shown(pdf(), trim="190 95 190 95", clip="").width == 1024


def test_words_come_in_reading_order():
    assert shown(pdf(words=True)).figure_text == ["upper", "left", "right", "one", "below"]


def test_words_outside_the_cut_are_not_told():
    assert shown(pdf(words=True), trim="200 0 0 0", clip="").figure_text == ["right", "one"]


def test_words_of_a_turned_figure_are_read_as_it_stands():
    turned = shown(pdf(words=True, rotation=90))
    assert turned.figure_text == ["below", "upper", "left", "right", "one"]
    assert shown(pdf(words=True), angle="-90").figure_text == turned.figure_text


def test_plotting_symbols_are_no_words():
    document = pymupdf.open(stream=pdf())
    document[0].insert_text((50, 50), "dose 42 mg")
    document[0].insert_text((50, 80), "lll", fontname="zadb")
    assert shown(document.tobytes()).figure_text == ["dose", "42", "mg"]


def test_words_are_limited():
    document = pymupdf.open()
    page = document.new_page(width=2000, height=2000)
    for row in range(100):
        page.insert_text((10, 15 + 19 * row), "42 " * 80, fontsize=8)
    assert len(shown(document.tobytes()).figure_text) == MAX_WORDS


def test_an_svg_shows_its_drawing_without_the_page_around():
    rendered = shown(SVG.encode())
    assert (colours(rendered), rendered.figure_text, rendered.page) == ("RGBY", ["Dose"], None)
    assert abs(rendered.width - 2 * rendered.height) <= 2


def test_a_compressed_svg_is_read_through():
    assert colours(shown(gzip.compress(SVG.encode()))) == "RGBY"
    assert colours(shown(gzip.compress(gzip.compress(SVG.encode())))) == "RGBY"


@pytest.mark.parametrize("size", ["", 'viewBox="0 0 600 800"', 'width="100%" height="100%" viewBox="0 0 600 800"'])
def test_an_svg_need_not_say_its_size(size):
    assert colours(shown(SVG.replace('width="600" height="800"', size).encode())) == "RGBY"


def test_an_svg_reaches_no_file(tmp_path):
    (tmp_path / "other.png").write_bytes(saved(Image.new("RGB", (9, 9)), "PNG"))
    image = f'<image x="100" y="100" width="400" height="200" href="{tmp_path}/other.png"/></svg>'
    assert colours(shown(SVG.replace("</svg>", image).encode())) == "RGBY"


def test_entities_of_an_svg_are_not_expanded():
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    rendered = shown(f'<!DOCTYPE svg [<!ENTITY e0 "ha">{bomb}]>{SVG.replace("Dose", "&e11;")}'.encode())
    assert (colours(rendered), rendered.figure_text) == ("RGBY", ["&e11;"])


@pytest.mark.parametrize(
    "painted",
    ['<rect fill="url(#gradient)"', "<style>.dark { fill: #f00 }</style><rect", '<path style="fill:url(#pattern)"'],
)
def test_an_svg_that_would_come_out_black_is_refused(painted):
    assert refused(SVG.replace("<rect", painted, 1).encode()) is Reason.UNREADABLE_IMAGE


def test_a_file_opens_whose_password_is_empty():
    document = pymupdf.open(stream=pdf())
    guarded = document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="", owner_pw="secret")
    assert colours(shown(guarded)) == "RGBY"


def test_an_encrypted_pdf_is_unreadable():
    document = pymupdf.open(stream=pdf())
    locked = document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret", owner_pw="other")
    assert refused(locked) is Reason.UNREADABLE_IMAGE


@pytest.mark.parametrize("content", [b"%PDF-1.4\n", b"%PDF-1.4\nnothing that is a PDF", b"<svg xmlns='x'"])
def test_what_only_begins_like_a_drawing_is_unreadable(content):
    assert refused(content) is Reason.UNREADABLE_IMAGE


def test_an_empty_page_is_blank():
    document = pymupdf.open()
    document.new_page()
    assert refused(document.tobytes()) is Reason.BLANK_IMAGE


def test_a_cut_off_pdf_never_raises_and_says_nothing_on_standard_error(capfd):
    content = pdf(words=True)
    for kept in range(0, len(content), 97):
        assert isinstance(render(content[:kept], {}), RenderedImage | Reject)
    assert capfd.readouterr().err == ""


def test_a_raster_set_in_a_pdf_keeps_its_edges():
    document = pymupdf.open()
    document.new_page(width=400, height=200).insert_image((0, 0, 400, 200), stream=saved(raster(40, 20), "PNG"))
    image = Image.open(io.BytesIO(shown(document.tobytes()).image))
    corners = [(0, 0), (image.width - 1, 0), (0, image.height - 1), (image.width - 1, image.height - 1)]
    assert all(min(image.getpixel(corner)) < 128 for corner in corners)
