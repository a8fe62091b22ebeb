"""PostScript figures, and PostScript that is none."""

import gzip
import shutil
import tempfile

import pytest

from s1_assets.extraction.postscript import distill
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


@needs_ghostscript
def test_a_dos_eps_shows_its_postscript_not_its_preview():
    program = eps()
    header = b"\xc5\xd0\xd3\xc6" + (30).to_bytes(4, "little") + len(program).to_bytes(4, "little") + bytes(18)
    assert colours(shown(header + program + b"II*\0 a preview")) == "RGBY"


@needs_ghostscript
def test_bb_replaces_the_bounding_box():
    assert colours(shown(eps(), bb="0 0 400 110")) == "BYBY"
    assert colours(shown(eps(), bb="400 110 0 0")) == "RGBY"


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
