"""What a limit keeps from being read is told, and no graphic is lost silently."""

import pytest

from s1_assets.extraction.latex.unread_text import graphics_in
from s1_assets.extraction.paper import extract_document
from s1_assets.rejects import Reason

FIGURE = r"\begin{figure}\includegraphics{%s}\caption{C.}\end{figure}"
ENDLESS = r"\def\x{\x a}" + r"\x " * 12


def limits(document):
    return [(r.figure, r.source_file) for r in document.rejects if r.reason is Reason.READING_LIMIT]


def test_a_paper_that_is_cut_off_says_so_and_accounts_for_the_graphics_behind(read_body):
    behind = FIGURE % "b" + "\n% " + FIGURE % "dead" + "\n" + r"\input{part}"
    part = {"part.tex": r"\plottwo{c}{gone.eps}\psfig{file=d.eps,width=3cm}\includegraphics{#1}"}
    document = read_body(FIGURE % "a" + ENDLESS + behind, "a.png", "b.png", "c.pdf", "d.eps", files=part)
    assert [figure.graphics[0].file for figure in document.figures] == ["a.png"]
    assert limits(document) == [(None, None), *((None, name) for name in ("b.png", "c.pdf", "gone.eps", "d.eps"))]
    assert "10 expansions" in document.rejects[0].detail
    assert "1 figure" in document.rejects[0].detail


def test_a_paper_whose_figures_are_behind_the_limit_is_not_without_figures(read_body):
    document = read_body(ENDLESS + FIGURE % "b", "b.png")
    reasons = [row["reason"] for row in extract_document("p", document, {"b.png": b""}, route="latex").rejects]
    assert reasons == [Reason.READING_LIMIT, Reason.READING_LIMIT]


def test_one_expansion_that_is_cut_off_is_told_of(read_body):
    document = read_body(r"\def\x{\x a}" + FIGURE % "a" + r"\textbf{\x \includegraphics{b}}", "a.png", "b.png")
    assert limits(document) == [(None, None), (None, "b.png")]


def test_a_conditional_without_an_end_is_told_of(read_body):
    document = read_body(r"\iffalse " + FIGURE % "b", "b.png")
    assert limits(document) == [(None, None), (None, "b.png")]


def test_a_file_that_the_paper_does_not_read_and_that_is_cut_off_is_accounted_for(read_body):
    document = read_body(FIGURE % "a", "a.png", "b.png", files={"old.tex": ENDLESS + FIGURE % "b"})
    assert [(r.reason, r.source_file) for r in document.rejects] == [(Reason.NOT_TYPESET, "b.png")]


@pytest.mark.parametrize(
    "loop",
    [
        r"\newcount\n \n=0 \loop x\advance\n by 1 \ifnum\n<3 \repeat ",
        r"\newcount\n \n=9 \loop x\advance\n by 1 \ifnum\n<3 \repeat ",
    ],
)
def test_a_loop_ends_with_repeat(read_body, loop):
    document = read_body(loop + FIGURE % "b", "b.png")
    assert [figure.graphics[0].file for figure in document.figures] == ["b.png"]
    assert document.rejects == ()


def test_names_that_come_from_macros_are_not_read_from_text():
    text = r"\includegraphics*[width=1cm]{a\_b.pdf}\includegraphics{\dir/c}\includegraphics{#1}\begin{overpic}[x]{d}"
    assert graphics_in(text) == ["a_b.pdf", "d"]
