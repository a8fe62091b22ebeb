"""Options of \\includegraphics, as authors write them."""

import pytest

from s1_assets.extraction.view import View
from s1_assets.rejects import Reason, Reject


def region(width: float = 400, height: float = 200, **options: str) -> tuple[float, ...]:
    view = View.of(options)
    assert isinstance(view, View)
    return tuple(round(side, 2) for side in view.region(width, height))


WHOLE = (0, 0, 400, 200)


def test_without_options_the_first_page_is_shown_whole():
    assert View.of({}) == View(page=1, angle=0.0)
    assert region() == WHOLE


@pytest.mark.parametrize("clip", ["", "true", "{true}"])
def test_trim_takes_its_four_lengths_off_left_bottom_right_top(clip):
    assert region(trim="10 20 30 40", clip=clip) == (10, 20, 370, 160)


def test_viewport_gives_the_corners():
    assert region(viewport="10 20 300 160", clip="") == (10, 20, 300, 160)


def test_without_clip_everything_is_shown():
    assert region(trim="10 20 30 40") == WHOLE
    assert region(viewport="10 20 300 160", clip="false") == WHOLE


@pytest.mark.parametrize(
    ("trim", "left"),
    [
        ("72bp 0 0 0", 72.0),
        ("1in 0 0 0", 72.0),
        ("72.27pt 0pt 0pt 0pt", 72.0),
        ("2.54cm 0 0 0", 72.0),
        ("25,4mm 0 0 0", 72.0),
        ("10px 0 0 0", 10.0),
        ("1truein 0 0 0", 72.0),
        ("{1in} {0in} {0in} {0in}", 72.0),
        (".5\\width 0 0 0", 200.0),
        ("-5 0 0 0", 0.0),
        ("{.5\\width - 1in} 0 0 {0.1\\height}", 128.0),
        ("{\\dimexpr .25\\width+8bp\\relax} 0 0 0", 108.0),
        ("0.25*\\width+\\depth 0 0 0", 100.0),
        ("\\totalheight 0 0 0", 200.0),
    ],
)
def test_lengths_in_every_unit(trim, left):
    assert region(trim=trim, clip="")[0] == left


def test_one_length_is_taken_off_every_side_and_two_are_horizontal_and_vertical():
    assert region(trim="10", clip="") == (10, 10, 390, 190)
    assert region(trim="10 20", clip="") == (10, 20, 390, 180)


@pytest.mark.parametrize(
    "trim", ["", "1 2 3", "1 2 3 4 5", "\\foo 0 0 0", "1furlong 0 0 0", "300 0 300 0", "1cm2cm 0 0 0"]
)
def test_a_cut_that_cannot_be_read_or_leaves_nothing_leaves_the_whole(trim):
    assert region(trim=trim, clip="") == WHOLE


def test_a_viewport_beyond_the_graphic_ends_at_its_edge_or_where_the_file_shows_more():
    view = View.of({"viewport": "-50 -50 1000 100", "clip": ""})
    assert isinstance(view, View)
    assert view.region(400, 200) == (0, 0, 400, 100)
    assert view.region(400, 200, beyond=72) == (-50, -50, 472, 100)


@pytest.mark.parametrize(("angle", "degrees"), [("90", 90), ("-90", 270), ("{ 450 }", 90), ("-.5", 359.5), ("\\a", 0)])
def test_angles_are_degrees_counterclockwise(angle, degrees):
    view = View.of({"angle": angle})
    assert isinstance(view, View)
    assert view.angle == degrees


def test_a_negative_scale_is_half_a_turn():
    assert View.of({"scale": "-0.5", "angle": "90"}) == View(angle=270)


def test_options_that_do_not_change_what_is_seen_give_the_same_view():
    assert View.of({"width": "3cm", "draft": "true", "keepaspectratio": "true", "origin": "c"}) == View()


@pytest.mark.parametrize("page", ["0", "-1", "\\thepage", "one"])
def test_what_is_no_page_number_is_refused(page):
    view = View.of({"page": page})
    assert isinstance(view, Reject)
    assert view.reason is Reason.PAGE_MISSING
