"""Captions that stand apart from their graphics, as manuscripts for old journals have them."""

import pytest

from s1_assets.rejects import Reason

ONE, TWO = r"\begin{figure}\caption{One.}\label{f1}\end{figure}", r"\begin{figure}\caption{Two.}\end{figure}"
APART = [
    ONE + TWO + r"\begin{figure}\includegraphics{a}\end{figure}\newpage\begin{figure}\includegraphics{b}\end{figure}",
    r"\begin{figure}\plotone{a}\end{figure}" + ONE + TWO + r"\begin{figure}\plotone{b}\end{figure}",
    r"\figcaption{One.\label{f1}}\figcaption{Two.}\clearpage\plotone{a}\clearpage\plotone{b}",
    r"\figcaption[]{One.\label{f1}}\figcaption[]{Two.}\newpage\epsfbox{a.pdf}\vfill\eject\epsfbox{b.pdf}",
    ONE
    + TWO
    + r"\begin{figure}\plotone{a}\centerline{Fig. 1}\end{figure}\begin{figure}\plotone{b}Figure 2\end{figure}",
]


@pytest.mark.parametrize("body", APART)
def test_captions_and_graphics_in_separate_floats_pair_up_in_order(read_body, body):
    document = read_body("Words.\n\n" + body, "a.pdf", "b.pdf")
    assert [(f.caption, f.anchors, [g.file for g in f.graphics]) for f in document.figures] == [
        ("One.", ("f1",), ["a.pdf"]),
        ("Two.", (), ["b.pdf"]),
    ]
    assert document.rejects == ()


BARE, NEXT = r"\begin{figure}\includegraphics{a}\end{figure}", r"\begin{figure}\includegraphics{b}\end{figure}"
NOT_APART = {
    "fewer graphics": ONE + TWO + BARE,
    "more graphics": ONE + BARE + NEXT,
    "another figure has its own": ONE + TWO + BARE + NEXT + r"\begin{figure}\plotone{c}\caption{C.}\end{figure}",
    "a caption under words": ONE + r"\begin{figure}A sentence.\caption{Two.}\end{figure}" + BARE + NEXT,
    "graphics with words": ONE + TWO + r"\begin{figure}\plotone{a} Seen at noon.\end{figure}" + NEXT,
    "files numbered otherwise": ONE
    + TWO
    + r"\begin{figure}\plotone{fig2}\end{figure}\begin{figure}\plotone{fig1}\end{figure}",
    "graphics before the captions": r"\plotone{a}\clearpage\plotone{b}\clearpage" + ONE + TWO,
    "one that may be a logo": ONE + r"\clearpage\includegraphics{a}",
    "unnumbered": r"\begin{figure}\caption*{One.}\end{figure}" + BARE,
}


@pytest.mark.parametrize("case", NOT_APART)
def test_separate_captions_and_graphics_that_do_not_match_stay_apart(read_body, case):
    document = read_body("Words.\n\n" + NOT_APART[case], "a.pdf", "b.pdf", "c.pdf", "fig1.pdf", "fig2.pdf")
    assert all(f.graphics == () for f in document.figures if f.caption != "C.")
    assert {r.reason for r in document.rejects} == {Reason.NO_GRAPHIC, Reason.NO_CAPTION}


BESIDE = [
    r"\begin{center}\epsfxsize=8cm\epsfbox{a.eps}\figcaption{Seen.\label{f}}\end{center}",
    r"\centerline{{\vbox{\epsfbox{a.eps}}}}\figcaption{Seen.\label{f}}",
    r"{\plotone{a}\figcaption{Seen.\label{f}}}",
    r"\begin{minipage}{3cm}\epsfbox{a.eps}\figcaption{Seen.\label{f}}\end{minipage}",
    r"\centerline{\psfig{file=a.eps}}\figcaption[absent.ps]{Seen.\label{f}}",
    r"\plotone{a}\figcaption[a.eps]{Seen.\label{f}}",
    r"\figcaption[a.eps]{Seen.\label{f}}",
]


@pytest.mark.parametrize("body", BESIDE)
def test_figcaption_outside_of_a_float_takes_the_graphic_before_it(read_body, body):
    other = r"{\plotone{b}\figcaption{Other.}}"
    document = read_body(f"Words.\n\n{body}\n\nMore words.\n\n{other}", "a.eps", "b.eps")
    assert [(f.label, f.caption, f.anchors, [g.file for g in f.graphics]) for f in document.figures] == [
        ("Figure 1", "Seen.", ("f",), ["a.eps"]),
        ("Figure 2", "Other.", (), ["b.eps"]),
    ]
    assert document.rejects == ()


def test_figcaption_behind_another_page_takes_no_graphic(read_body):
    document = read_body(r"\plotone{a}\clearpage\figcaption{One.}\figcaption{Two.}", "a.eps")
    assert [(f.caption, f.graphics) for f in document.figures] == [("One.", ()), ("Two.", ())]
