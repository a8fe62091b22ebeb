r"""What must not matter: comments, blanks, line ends, names of files, labels and macros, and how a source is split."""

import re
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from s1_assets.extraction.document import Document
from s1_assets.extraction.latex.read import read_latex

PAPER = r"""\documentclass{article}
\usepackage{subfig,pgffor}
\newcommand{\shot}[3][3cm]{
\begin{figure}
\includegraphics[width=#1]{#2}
\caption{#3}
\label{fig:#2}
\end{figure}}
\newif\ifdraft
\def\unit#1{#1\,mm}
\begin{document}
\section{Where it
begins}
In Figs.~\ref{fig:one} and
\ref{fig:two} we see
a line,
\[ x = 1 \]
and more \cite{key}.

\shot{one}{A
line of \unit{3}.}
\begin{figure}
\centering
\subfloat[Left]{
\includegraphics{one}
\label{fig:left}}
\subfloat[Right]{\includegraphics{two}}
\caption{Two
lines $y$.}
\label{fig:two}
\end{figure}

\ifdraft
Not this one.
\else
Compare \ref{fig:left}.
\fi

\foreach \n in {one,two}{
\shot{\n}{Loop \n.}
}

\begin{table}
\caption{No figure.}
\begin{tabular}{cc}
a & b \\
\end{tabular}
\end{table}
See \ref{fig:two}, too.
\end{document}
"""
GRAPHICS = {"one.pdf": b"", "two.pdf": b""}
NAME = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)


def read(source: str, **files: str) -> Document:
    others = {f"{name}.tex": text.encode() for name, text in files.items()}
    return read_latex({"main.tex": source.encode(), **GRAPHICS, **others})


ORIGINAL = read(PAPER)


def test_the_paper_has_something_to_lose():
    assert [figure.label for figure in ORIGINAL.figures] == ["Figure 1", "Figure 2", "Figure 3", "Figure 4"]
    assert [len(passage.anchors) for passage in ORIGINAL.passages] == [4, 1, 2]  # two figures have the same label
    assert ORIGINAL.rejects == ()


COMMENTS = st.sampled_from(["%\n", "% \\end{figure} }\n", "  % $ \\iffalse\n\t", "%\\begin{verbatim}\n   ", "%%% {%\n"])
LINES = st.integers(0, PAPER.count("\n") - 1)


@settings(deadline=None)
@given(st.lists(st.tuples(LINES, COMMENTS), min_size=1, max_size=20))
def test_comments_change_nothing(insertions):
    lines = PAPER.splitlines(keepends=True)
    for number, comment in insertions:
        lines[number] = comment + lines[number] if lines[number].strip() else lines[number]
    source = "".join(lines)
    assume(source != PAPER)
    assert read(source) == ORIGINAL


@settings(deadline=None)
@given(st.lists(st.sampled_from([" ", "  ", "\t", " \t "]), min_size=60, max_size=60))
def test_blanks_change_nothing(blanks):
    supply = iter(blanks * 10)
    wider = re.sub(r"(?m)(?<=\w) |^(?=\S)|(?<=\S)$", lambda gap: gap[0] + next(supply), PAPER)
    assert wider != PAPER
    assert read(wider) == ORIGINAL


@settings(deadline=None)
@given(st.lists(st.sampled_from(["\n", "\r\n"]), min_size=PAPER.count("\n"), max_size=PAPER.count("\n")))
def test_line_ends_change_nothing(ends):
    supply = iter(ends)
    assert read(re.sub("\n", lambda _: next(supply), PAPER)) == ORIGINAL


DEAD = st.sampled_from(
    [
        "\\iffalse\\begin{figure}\\includegraphics{one}\\caption{Dead.}\\end{figure}\\fi\n",
        "\\begin{comment}\n\\shot{one}{Dead}\n\\end{comment}\n",
        "\\iftrue\\relax\\else\\shot{one}{Dead}\\fi\n",
        "\\newcommand{\\never}{\\shot{one}{Dead}}\n",
        "\\begingroup\\def\\shot{}\\def\\unit{}\\endgroup\n",
        "\\expandafter\\def\\csname other name\\endcsname{}\n",
        "\\catcode`\\@=11 \\def\\@inner{}\\catcode`\\@=12 \n",
    ]
)
PARAGRAPHS = [match.end() for match in re.finditer(r"\n\n", PAPER) if match.end() > PAPER.index(r"\begin{document}")]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PARAGRAPHS), DEAD), min_size=1, max_size=6))
def test_dead_text_changes_nothing(insertions):
    source = PAPER
    for place, dead in sorted(insertions, reverse=True):
        source = source[:place] + dead + source[place:]
    assert read(source) == ORIGINAL


@settings(deadline=None)
@given(NAME.filter(lambda name: name != "two"))
def test_the_name_of_a_file_and_its_label_does_not_change_the_text(name):
    source = re.sub(r"(?<=[{:,])one(?=[},])", name, PAPER)
    renamed = read_latex({"main.tex": source.encode(), f"{name}.pdf": b"", "two.pdf": b""})
    captions = [figure.caption.replace(f"Loop {name}.", "Loop one.") for figure in renamed.figures]
    assert captions == [figure.caption for figure in ORIGINAL.figures]
    assert renamed.passages == ORIGINAL.passages
    assert renamed.figures[0].graphics[0].file == f"{name}.pdf"


@settings(deadline=None)
@given(st.from_regex(r"[a-zA-Z0-9:_.\-/ ]{0,10}[a-z]", fullmatch=True))
def test_the_names_of_labels_change_nothing_but_the_anchors(prefix):
    renamed = read(PAPER.replace("fig:", prefix))
    assert renamed.passages == ORIGINAL.passages
    assert [figure.caption for figure in renamed.figures] == [figure.caption for figure in ORIGINAL.figures]


@settings(deadline=None)
@given(NAME, NAME)
def test_the_names_of_macros_change_nothing(shot, unit):
    assume(shot != unit)
    source = PAPER.replace(r"\shot", rf"\my{shot}x").replace(r"\unit", rf"\my{unit}x")
    source = re.sub(r"(?<=\\my)[a-z0-9]+x", lambda name: re.sub(r"\d", "q", name[0]), source)
    assume(len(set(re.findall(r"\\my[a-z]+x", source))) == 2)
    assert read(source) == ORIGINAL


@settings(max_examples=60, deadline=None)
@given(st.sets(LINES, min_size=1, max_size=8))
def test_a_source_split_into_inputs_reads_the_same(cuts):
    """Lines from one cut to the next go to a file of their own, but not within an argument or a skipped branch."""
    lines = PAPER.splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if "begin{document}" in line) + 1
    bounds = [start, *sorted(cut for cut in cuts if cut > start), len(lines) - 1]
    main = "".join(lines[:start])
    files: dict[str, str] = {}
    for number, (first, last) in enumerate(pairwise(bounds)):
        part = "".join(lines[first:last])
        assume(part.count("{") == part.count("}") and part.count(r"\ifdraft") == part.count(r"\fi"))
        files[f"part{number}"] = part
        main += f"\\input{{part{number}}}%\n"
    assert read(main + lines[-1], **files) == ORIGINAL


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12))
def test_inputs_within_inputs_read_the_same(depth):
    begin = PAPER.index(r"\begin{document}") + len(r"\begin{document}")
    end = PAPER.index(r"\end{document}")
    files = {f"deep{level}": f"\\input{{deep{level + 1}}}" for level in range(depth)}
    files[f"deep{depth}"] = PAPER[begin:end]
    assert read(PAPER[:begin] + r"\input{deep0}" + PAPER[end:], **files) == ORIGINAL
