"""PostScript figures, and PostScript that is none."""

import gzip
import shutil
import tempfile

import pytest

from s1_assets.extraction.confined import DiskFullError
from s1_assets.extraction.postscript import Distilled, distill
from s1_assets.rejects import Reason, Reject
from s1_assets_tests.extraction.quadrants import colours, eps, refused, shown

needs_ghostscript = pytest.mark.skipif(shutil.which("gs") is None, reason="Ghostscript (gs) is not installed")


@needs_ghostscript
@pytest.mark.parametrize(
    "content",
    [
        eps(),
        eps(left=100, bottom=300),
        eps(left=-300, bottom=-70),
        eps(show=""),
        eps(show="showpage\nquit"),
        eps(show="showpage 0 0 900 900 rectfill showpage"),
        eps(show="showpage undefined-operator"),
        eps().replace(b"EndComments", b"Orientation: Landscape\n%%PageOrientation: Landscape\n%%EndComments"),
        b"\xef\xbb\xbf" + eps(),
        b"\0\4plot" + bytes(122) + eps(),
        eps().replace(b" EPSF-3.0", b""),
        eps().replace(b"EndComments", b"EndComments\n<< /PageSize [612 792] >> setpagedevice initgraphics"),
        eps().replace(b"\n", b"\r"),
        eps().replace(b"\n", b"\r\n"),
        b"\x1b%-12345X@PJL ENTER LANGUAGE=POSTSCRIPT\n" + eps() + b"\x04",
        gzip.compress(eps()),
    ],
    ids=[
        "plain",
        "shifted",
        "negative",
        "no-showpage",
        "quit",
        "two-pages",
        "trailing-rubbish",
        "landscape",
        "byte-order-mark",
        "macbinary",
        "no-epsf",
        "page-setup",
        "cr",
        "crlf",
        "printer",
        "gzip",
    ],
)
def test_a_figure_is_its_bounding_box_with_its_words(content):
    rendered = shown(content)
    assert (colours(rendered), rendered.figure_text) == ("RGBY", ["Dose", "42", "mg"])
    assert (rendered.width, rendered.height) in {(1667, 834), (1667, 833)}


@needs_ghostscript
def test_a_bounding_box_at_the_end_is_found():
    content = eps(left=-50).replace(b"BoundingBox:", b"BoundingBox: (atend)\n%%Was:", 1)
    rendered = shown(content + b"%%Trailer\n%%BoundingBox: -50 0 350 200\n%%EOF\n")
    assert colours(rendered) == "RGBY"


@needs_ghostscript
def test_a_bounding_box_of_an_embedded_figure_is_not_the_figures():
    embedded = "%%BeginDocument: inner.eps\n%%BoundingBox: (atend)\n%%BoundingBox: 0 0 10 10\n%%EndDocument\nshowpage"
    assert colours(shown(eps(show=embedded))) == "RGBY"


def boxed(box: str) -> bytes:
    return eps().replace(b"BoundingBox: 0 0 400 200", f"BoundingBox: {box}".encode())


@needs_ghostscript
@pytest.mark.parametrize("box", ["20 20 380 180", "60 60 340 140", "0.5 0.5 399.5 199.5"])
def test_what_is_drawn_beyond_a_bounding_box_that_is_too_small_is_shown_unless_clipped(box):
    rendered = shown(boxed(box))
    assert (colours(rendered), rendered.figure_text) == ("RGBY", ["Dose", "42", "mg"])
    assert (rendered.width, rendered.height) in {(1667, 834), (1668, 834), (1668, 835), (1667, 833), (1667, 835)}
    left, bottom, right, top = map(float, box.split())
    clipped = shown(boxed(box), clip="true")
    assert abs(clipped.width - clipped.height * (right - left) / (top - bottom)) <= 3


@needs_ghostscript
def test_no_more_than_an_inch_beyond_the_bounding_box_is_shown():
    assert colours(shown(boxed("0 0 400 20"))) == "BYBY"


@needs_ghostscript
@pytest.mark.parametrize("box", ["0 0 0 0", "400 200 0 0", "unknown", "-100 -200 900 1000", "-9999 -9999 20000 20000"])
def test_a_bounding_box_that_is_none_or_far_too_large_is_cut_to_what_is_drawn(box):
    rendered = shown(boxed(box))
    assert (colours(rendered), rendered.figure_text) == ("RGBY", ["Dose", "42", "mg"])
    assert rendered.width > 1024


@needs_ghostscript
@pytest.mark.parametrize("length", [0, len(eps())])
def test_a_dos_eps_shows_its_postscript_not_its_preview(length):
    header = b"\xc5\xd0\xd3\xc6" + (30).to_bytes(4, "little") + length.to_bytes(4, "little") + bytes(18)
    assert colours(shown(header + eps() + b"\nII*\0 a preview")) == "RGBY"


@needs_ghostscript
def test_bb_replaces_the_bounding_box():
    assert colours(shown(eps(), bb="0 0 400 110", clip="")) == "BYBY"
    assert colours(shown(eps(), bb="400 110 0 0", clip="")) == "RGBY"


@needs_ghostscript
def test_a_cut_may_reach_beyond_the_bounding_box():
    rendered = shown(boxed("100 50 300 150"), viewport="-50 -50 250 150", clip="")
    assert (colours(rendered), abs(rendered.width - 1.5 * rendered.height) <= 2) == ("RGBY", True)


@needs_ghostscript
def test_trim_and_angle_are_honoured():
    assert colours(shown(eps(), trim="0 90 0 0", clip="")) == "RGRG"
    assert colours(shown(eps(), angle="-90")) == "BRYG"


@needs_ghostscript
@pytest.mark.parametrize(
    "attack",
    [
        "(/etc/passwd) (r) file",
        "(%pipe%id) (r) file",
        "(/tmp/out) (w) file",
        "(/etc/passwd) run",
        "undefined-operator",
        "1 0 div",
        "(broken",
    ],
)
def test_programs_that_reach_out_or_break_are_unreadable(attack):
    assert refused(eps().replace(b"EndComments", b"EndComments\n" + attack.encode())) is Reason.UNREADABLE_IMAGE


@needs_ghostscript
def test_a_program_without_end_runs_out_of_time():
    reject = distill(eps(show="{} loop"), seconds=0.5)
    assert isinstance(reject, Reject)
    assert reject.reason is Reason.RENDER_TIMEOUT


@needs_ghostscript
def test_a_program_that_takes_all_memory_is_stopped():
    assert refused(eps(show="/all 2147483647 string def showpage")) is Reason.UNREADABLE_IMAGE


@needs_ghostscript
def test_files_of_other_programs_in_the_temporary_folder_are_closed_to_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "other.tex").write_text("other")
    for attack in ("other.tex) (r) file", "new.tex) (w) file", "other.tex) deletefile"):
        assert (
            refused(eps().replace(b"EndComments", f"EndComments\n({tmp_path}/{attack}".encode()))
            is Reason.UNREADABLE_IMAGE
        )
    assert [path.name for path in tmp_path.iterdir()] == ["other.tex"]


def test_without_ghostscript_the_reject_tells_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    reject = distill(eps())
    assert isinstance(reject, Reject)
    assert reject.reason is Reason.RENDERER_MISSING
    assert "Ghostscript" in reject.detail


@needs_ghostscript
def test_a_full_disk_is_not_the_figures_fault(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 0))
    assert isinstance(distill(eps()), Distilled)
    with pytest.raises(DiskFullError, match="free some disk"):
        distill(eps(show="undefined-operator"))
