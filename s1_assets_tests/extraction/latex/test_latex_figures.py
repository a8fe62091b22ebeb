"""Which figures a document has, and which files, captions and labels belong to each."""

import pytest

from s1_assets.rejects import Reason

FLOATS = [
    r"\begin{figure}%s\end{figure}",
    r"\begin{figure*}[t!]%s\end{figure*}",
    r"\begin{wrapfigure}{r}{0.4\textwidth}%s\end{wrapfigure}",
    r"\begin{wrapfigure}[12]{l}[2pt]{5cm}%s\end{wrapfigure}",
    r"\begin{sidewaysfigure}%s\end{sidewaysfigure}",
    r"\begin{sidewaysfigure*}[p]%s\end{sidewaysfigure*}",
    r"\begin{SCfigure}[2][h]%s\end{SCfigure}",
    r"\begin{floatingfigure}[r]{4cm}%s\end{floatingfigure}",
    r"\begin{teaserfigure}%s\end{teaserfigure}",
    r"\begin{marginfigure}%s\end{marginfigure}",
    r"\begin{center}\captionsetup{type=figure}%s\end{center}",
    r"\begin{minipage}{\linewidth}\captionsetup{type=figure}%s\end{minipage}",
    r"\begin{strip}\makeatletter\def\@captype{figure}\makeatother%s\end{strip}",
    r"\teaser{%s}",
    r"\twocolumn[{\maketitle\begin{center}\captionsetup{type=figure}%s\end{center}}]",
]


@pytest.mark.parametrize("form", FLOATS)
def test_a_figure_is_found_in_every_kind_of_float(read_body, form):
    inside = r"\centering\includegraphics[width=\linewidth]{curve}\caption{A rising curve.}\label{fig:curve}"
    document = read_body(form % inside + r" As Fig.~\ref{fig:curve} shows.", "curve.pdf")
    (figure,) = document.figures
    assert [graphic.file for graphic in figure.graphics] == ["curve.pdf"]
    assert (figure.caption, figure.label, figure.anchors) == ("A rising curve.", "Figure 1", ("fig:curve",))
    assert document.passages[0].anchors[0].figure == 1
    assert document.rejects == ()


CAPTIONOF = [
    r"\begin{center}\includegraphics{a}\captionof{figure}{Alone.}\label{f}\end{center}",
    r"\begin{minipage}{5cm}\includegraphics{a}\captionof{figure}[short]{Alone.}\label{f}\end{minipage}",
    r"{\centering\includegraphics{a}\captionof{figure}{Alone.}\label{f}}",
    "\\includegraphics{a}\n\n\\captionof{figure}{Alone.}\\label{f}\n\nMore words.",
    r"\begin{table}\begin{minipage}{5cm}\includegraphics{a}\captionof{figure}{Alone.}\label{f}\end{minipage}\end{table}",
]


@pytest.mark.parametrize("body", CAPTIONOF)
def test_captionof_makes_a_figure_outside_of_floats(read_body, body):
    (figure,) = read_body(body, "a.png").figures
    assert (figure.caption, figure.anchors) == ("Alone.", ("f",))
    assert [graphic.file for graphic in figure.graphics] == ["a.png"]


PANELS = [
    (
        r"\begin{subfigure}[b]{0.4\textwidth}\includegraphics{a}\caption{Left}\label{p:a}\end{subfigure}"
        r"\begin{subfigure}{0.4\textwidth}\includegraphics{b}\caption{Right}\label{p:b}\end{subfigure}"
    ),
    r"\subfloat[Left\label{p:a}]{\includegraphics{a}}\hfill\subfloat[list][Right]{\includegraphics{b}\label{p:b}}",
    r"\subfigure[Left]{\includegraphics{a}\label{p:a}}\subfigure[Right]{\label{p:b}\includegraphics{b}}",
    r"\subcaptionbox{Left\label{p:a}}{\includegraphics{a}}\subcaptionbox{Right\label{p:b}}[3cm][c]{\includegraphics{b}}",
    (
        r"\begin{minipage}{3cm}\includegraphics{a}\subcaption{Left}\label{p:a}\end{minipage}"
        r"\begin{minipage}{3cm}\includegraphics{b}\subcaption{Right}\label{p:b}\end{minipage}"
    ),
    (
        r"\begin{tabular}{cc}\subfloat[Left]{\label{p:a}\includegraphics{a}} & "
        r"\subfloat[Right]{\label{p:b}\includegraphics{b}}\\ \end{tabular}"
    ),
]


@pytest.mark.parametrize("panels", PANELS)
def test_panels_keep_their_subcaptions_and_labels(read_body, panels):
    body = rf"\begin{{figure}}{panels}\caption{{Both.}}\label{{both}}\end{{figure}} See \ref{{p:b}} and \ref{{both}}."
    document = read_body(body, "a.pdf", "b.pdf")
    (figure,) = document.figures
    assert [(g.file, g.subcaption, g.anchors) for g in figure.graphics] == [
        ("a.pdf", "Left", ("p:a",)),
        ("b.pdf", "Right", ("p:b",)),
    ]
    assert (figure.caption, figure.anchors) == ("Both.", ("both",))
    assert [(a.figure, a.panel) for a in document.passages[0].anchors] == [(1, "b"), (1, None)]


def test_unnumbered_captions_in_minipages_are_subcaptions_of_a_numbered_one(read_body):
    body = r"""\begin{figure}
    \begin{minipage}{3cm}\includegraphics{a}\caption*{(a) wet}\end{minipage}
    \begin{minipage}{3cm}\includegraphics{b}\caption*{(b) dry}\end{minipage}
    \caption{Soils.}\end{figure}"""
    (figure,) = read_body(body, "a.pdf", "b.pdf").figures
    assert [g.subcaption for g in figure.graphics] == ["(a) wet", "(b) dry"]


def test_a_grid_of_graphics_is_one_figure_in_reading_order(read_body):
    body = r"""\begin{figure}\begin{tabular}{cc}
    \includegraphics{a} & \includegraphics{b}\\ (a) & (b)\\ \includegraphics{c} & \includegraphics{d}
    \end{tabular}\caption{Four.}\end{figure}"""
    (figure,) = read_body(body, "a.png", "b.png", "c.png", "d.png").figures
    assert [g.file for g in figure.graphics] == ["a.png", "b.png", "c.png", "d.png"]


TWO_CAPTIONS = [
    r"\includegraphics{a}\caption{One.}\label{1}\includegraphics{b}\caption{Two.}\label{2}",
    r"\caption{One.}\label{1}\includegraphics{a}\caption{Two.}\label{2}\includegraphics{b}",
    (
        r"\begin{minipage}{3cm}\includegraphics{a}\caption{One.}\label{1}\end{minipage}"
        r"\begin{minipage}{3cm}\caption{Two.}\label{2}\includegraphics{b}\end{minipage}"
    ),
    r"\parbox{3cm}{\includegraphics{a}\caption{One.}\label{1}}\parbox{3cm}{\includegraphics{b}\caption{Two.}\label{2}}",
    (
        r"\includegraphics{a}\includegraphics{b}\\"
        r"\begin{minipage}{3cm}\caption{One.}\label{1}\end{minipage}"
        r"\begin{minipage}{3cm}\caption{Two.}\label{2}\end{minipage}"
    ),
]


@pytest.mark.parametrize("inside", TWO_CAPTIONS)
def test_two_captions_in_one_float_are_two_figures(read_body, inside):
    figures = read_body(rf"\begin{{figure}}{inside}\end{{figure}}", "a.pdf", "b.pdf").figures
    assert [(f.caption, f.label, [g.file for g in f.graphics], f.anchors) for f in figures] == [
        ("One.", "Figure 1", ["a.pdf"], ("1",)),
        ("Two.", "Figure 2", ["b.pdf"], ("2",)),
    ]


def test_a_label_before_its_caption_and_in_it_both_count(read_body):
    body = r"\begin{figure}\label{x}\includegraphics{a}\caption{\label{y}Seen.}\end{figure}"
    (figure,) = read_body(body, "a.pdf").figures
    assert (figure.anchors, figure.caption) == (("x", "y"), "Seen.")


def test_an_empty_caption_is_a_caption(read_body):
    (figure,) = read_body(r"\begin{figure}\includegraphics{a}\caption{}\end{figure}", "a.pdf").figures
    assert figure.caption == ""


def test_starred_caption_has_no_number(read_body):
    body = r"""\begin{figure}\includegraphics{a}\caption*{Bare.}\end{figure}
    \begin{figure}\includegraphics{b}\caption{N.}\end{figure}"""
    figures = read_body(body, "a.pdf", "b.pdf").figures
    assert [(f.number, f.label) for f in figures] == [(1, None), (2, "Figure 1")]


def test_continued_float_keeps_the_number(read_body):
    body = r"""\begin{figure}\includegraphics{a}\caption{Start.}\end{figure}
    \begin{figure}\ContinuedFloat\includegraphics{b}\caption{Rest.}\end{figure}"""
    assert [f.label for f in read_body(body, "a.pdf", "b.pdf").figures] == ["Figure 1", "Figure 1"]


def test_author_wrappers_work_because_they_are_expanded(read_body):
    preamble = r"""\newcommand{\myfig}[4][0.9\linewidth]{\begin{figure}[t]\centering
      \includegraphics[width=#1]{figs/#2}\caption{\footnotesize #3}\label{fig:#4}\end{figure}}
    \newenvironment{panelfig}[1]{\begin{figure}\newcommand{\cap}{#1}}{\caption{\cap}\end{figure}}
    \NewDocumentCommand{\duo}{O{x} m m g}{%
      \begin{figure}\includegraphics{#2}\includegraphics{#3}\caption{Duo #1.}\end{figure}}
    \def\plain#1#2{\begin{figure}\epsfxsize=3in \epsfbox{#1}\caption{#2}\end{figure}}
    \newcommand{\bfig}{\begin{figure}}\newcommand{\efig}{\end{figure}}"""
    body = r"""\myfig{one}{The first.}{one}\myfig[3cm]{two}{The second.}{two}
    \begin{panelfig}{The third.}\includegraphics{figs/one}\end{panelfig}
    \duo[y]{figs/one}{figs/two}
    \plain{figs/two}{The fifth.}
    \bfig\includegraphics{figs/one}\caption{The sixth.}\efig
    Compare Fig.~\ref{fig:one} with \ref{fig:two}."""
    document = read_body(body, "figs/one.pdf", "figs/two.eps", preamble=preamble)
    assert [f.caption for f in document.figures] == [
        "The first.", "The second.", "The third.", "Duo y.", "The fifth.", "The sixth.",
    ]  # fmt: skip
    assert [len(f.graphics) for f in document.figures] == [1, 1, 1, 2, 1, 1]
    assert document.figures[0].anchors == ("fig:one",)
    assert [a.figure for a in document.passages[0].anchors] == [1, 2]


def test_floats_of_other_kinds_are_no_figures(read_body):
    body = r"""\begin{table}\includegraphics{tab}\caption{A table.}\end{table}
    \begin{algorithm}\includegraphics{alg}\caption{Steps.}\end{algorithm}
    \begin{figure*}\begin{algorithm}[H]\caption{Steps again.}\end{algorithm}\end{figure*}
    \begin{figure}\includegraphics{a}\caption{A figure.}\end{figure}"""
    document = read_body(body, "tab.png", "alg.png", "a.png")
    assert [(f.caption, f.label) for f in document.figures] == [("A figure.", "Figure 1")]
    assert [(r.reason, r.source_file) for r in document.rejects] == [
        (Reason.NOT_A_FIGURE, "tab.png"),
        (Reason.NOT_A_FIGURE, "alg.png"),
    ]


def test_a_caption_without_anything_shown_is_reported(read_body):
    document = read_body(r"\begin{figure}\fbox{Only words.}\caption{A box.}\end{figure}")
    assert [f.caption for f in document.figures] == ["A box."]
    assert [(r.reason, r.figure) for r in document.rejects] == [(Reason.NO_GRAPHIC, 1)]


def test_graphics_outside_of_figures_are_reported_with_the_reason(read_body):
    body = r"""\includegraphics{free}\includegraphics{free}
    \begin{figure}\includegraphics{bare}\end{figure}
    \includegraphics[height=1em]{ORCID-iD_icon}
    \begin{IEEEbiography}[{\includegraphics{portrait}}]{A. Author} writes.\end{IEEEbiography}
    \begin{figure}\includegraphics{a}\caption{The \includegraphics[height=1ex]{mark} sign.}\end{figure}"""
    document = read_body(body, "free.png", "bare.png", "ORCID-iD_icon.pdf", "portrait.jpg", "mark.pdf", "a.pdf")
    assert [[g.file for g in f.graphics] for f in document.figures] == [["a.pdf"]]
    assert {(r.source_file, r.reason) for r in document.rejects} == {
        ("free.png", Reason.NO_CAPTION),
        ("bare.png", Reason.NO_CAPTION),
        ("ORCID-iD_icon.pdf", Reason.NOT_A_FIGURE),
        ("portrait.jpg", Reason.NOT_A_FIGURE),
        ("mark.pdf", Reason.NOT_A_FIGURE),
    }


def test_aastex_figures(read_body):
    body = r"""\begin{figure}\plotone{a}\caption{One.}\end{figure}
    \begin{figure}\plottwo{a}{b.eps}\caption{Two.}\end{figure}
    \begin{figure}\gridline{\fig{a}{0.3\textwidth}{(a) left}
      \fig{b}{0.3\textwidth}{(b) right}}\caption{Grid.}\end{figure}
    \begin{figure}\epsscale{.8}\plotfiddle{a}{1in}{0}{50}{50}{0}{0}\caption{Old.}\end{figure}
    \figcaption[b.eps]{Listed at the end.\label{z}}"""
    document = read_body(body, "a.eps", "b.eps")
    assert [(f.caption, len(f.graphics)) for f in document.figures] == [
        ("One.", 1), ("Two.", 2), ("Grid.", 2), ("Old.", 1), ("Listed at the end.", 1),
    ]  # fmt: skip
    assert [g.subcaption for g in document.figures[2].graphics] == ["(a) left", "(b) right"]
    assert document.figures[4].anchors == ("z",)


def test_saved_boxes_show_where_they_are_used(read_body):
    body = r"""\newsavebox{\pic}\sbox{\pic}{\includegraphics{a}}
    \begin{figure}\usebox{\pic}\caption{Boxed.}\end{figure}"""
    document = read_body(body, "a.pdf")
    assert [g.file for g in document.figures[0].graphics] == ["a.pdf"]
    assert document.rejects == ()


def test_a_teaser_in_the_title_is_a_figure(read_body):
    preamble = r"""\makeatletter\let\oldmt\@maketitle
    \renewcommand{\@maketitle}{\oldmt\centering\includegraphics{a}\captionof{figure}{Teaser.}\label{t}}\makeatother"""
    (figure,) = read_body(r"\maketitle Text.", "a.pdf", preamble=preamble).figures
    assert (figure.caption, figure.anchors) == ("Teaser.", ("t",))


def test_a_loop_shows_every_file(read_body):
    body = r"\begin{figure}\foreach \n in {1,...,3}{\includegraphics{run\n.png}}\caption{Runs.}\end{figure}"
    (figure,) = read_body(body, "run1.png", "run2.png", "run3.png").figures
    assert [g.file for g in figure.graphics] == ["run1.png", "run2.png", "run3.png"]


def test_captions_over_every_picture_of_a_phantom_panel_figure(read_body):
    body = r"""\begin{figure}\includegraphics{a}
    {\phantomsubcaption\label{p:one}}{\phantomsubcaption\label{p:two}}\caption{Two in one.}\label{p}\end{figure}
    Shown in \ref{p:two}."""
    document = read_body(body, "a.pdf")
    assert document.figures[0].anchors == ("p",)
    assert [(a.figure, a.panel) for a in document.passages[0].anchors] == [(1, "b")]


WRAPPED = [
    (
        r"\makeatletter\newcommand\figcaption{\def\@captype{figure}\caption}\makeatother"
        r"\begin{table}\begin{minipage}{3cm}\includegraphics{a}\figcaption{Seen.}\label{f}\end{minipage}\end{table}"
    ),
    (
        r"\makeatletter\newenvironment{figurehere}{\def\@captype{figure}}{}\makeatother"
        r"\begin{figurehere}\includegraphics{a}\caption{Seen.}\label{f}\end{figurehere}"
    ),
    r"\begin{center}\includegraphics{a}\caption{Seen.}\label{f}\end{center}",
    (
        r"\newenvironment{Figure}{\par\noindent\minipage{\linewidth}}{\endminipage\par}"
        r"\begin{Figure}\includegraphics{a}\captionof{figure}{Seen.}\label{f}\end{Figure}"
    ),
    (
        r"\newenvironment{fig}[1][t]{\figure[#1]\centering}{\endfigure}"
        r"\begin{fig}[h]\includegraphics{a}\caption{Seen.}\label{f}\end{fig}"
    ),
    r"\begin{suppfigure}[h]\includegraphics{a}\caption{Seen.}\label{f}\end{suppfigure}",
    r"\newfloat{plot}{t}{lop}\begin{plot}\includegraphics{a}\caption{Seen.}\label{f}\end{plot}",
    r"\FIGURE[t]{\epsfig{file=a.pdf,width=3cm}\caption{Seen.}\label{f}}",
    r"\EPSFIGURE[t]{a.pdf,width=3cm}{Seen.\label{f}}",
    r"\begin{figure}\begin{floatrow}\ffigbox{\includegraphics{a}}{\caption{Seen.}\label{f}}\end{floatrow}\end{figure}",
    r"\begin{figure}\captionbox{Seen.\label{f}}[3cm]{\includegraphics{a}}\end{figure}",
    r"\begin{figure}\floatbox[\capbeside]{figure}[\FBwidth]{\caption{Seen.}\label{f}}{\includegraphics{a}}\end{figure}",
    r"\begin{figure}\psfrag{x}[c][c]{$x$}\hbox to 3cm{\hss\includegraphics{a}}\caption{Seen.}\label{f}\end{figure}",
    r"\begin{figure}\includegraphics{a}\Description{For those who cannot see.}\caption{Seen.}\label{f}\end {figure}",
    r"\begin{figure}\includegraphics{a}\caption{Seen.}\label{f}\section{The end of the float is lost}",
    r"\ifig\f{Seen.}{\epsfxsize=3in\epsfbox{a.pdf}}",
]


@pytest.mark.parametrize("body", WRAPPED)
def test_figures_of_less_usual_classes_packages_and_habits(read_body, body):
    document = read_body(body, "a.pdf")
    (figure,) = document.figures
    assert (figure.caption, figure.anchors) == ("Seen.", ("f",))
    assert [g.file for g in figure.graphics] == ["a.pdf"]
    assert document.rejects == ()


def test_pictures_with_text_set_by_tex_show_their_graphic(read_body):
    gnuplot = r"""\begingroup\makeatletter\providecommand\color[2][]{\GenericError{}{}{}{}}%
    \providecommand\includegraphics[2][]{\GenericError{}{}{}{}}\providecommand\rotatebox[2]{#2}%
    \begin{picture}(10,10)\gplgaddtomacro\gplbacktext{\put(0,0){\strut{}0}}%
    \gplbacktext\put(0,0){\includegraphics{wave}}\gplfronttext\end{picture}\endgroup"""
    inkscape = r"""\begingroup\makeatletter\ifx\svgwidth\undefined\setlength{\unitlength}{9pt}\else\fi
    \global\let\svgwidth\undefined
    \begin{picture}(1,1)\put(0,0){\includegraphics[width=\unitlength,page=1]{cell.pdf}}\put(0,1){\smash{A}}
    \put(0,0){\includegraphics[width=\unitlength,page=2]{cell.pdf}}\end{picture}\endgroup"""
    body = r"""\begin{figure}\input{wave.tex}\caption{Wave.}\end{figure}
    \begin{figure}\def\svgwidth{3cm}\input{cell.pdf_tex}\caption{Cell.}\end{figure}"""
    document = read_body(body, "wave.eps", "cell.pdf", files={"wave.tex": gnuplot, "cell.pdf_tex": inkscape})
    assert [[g.file for g in f.graphics] for f in document.figures] == [["wave.eps"], ["cell.pdf"]]
    assert document.rejects == ()


def test_ornaments_of_the_page_are_no_figures(read_body):
    body = r"""\title{\includegraphics[height=1em]{star} Stars}\author{A \includegraphics{dot}}
    \fancyhead[L]{\includegraphics{head}}
    \bio{face}Words.\endbio"""
    document = read_body(body, "star.png", "dot.png", "head.png", "face.png")
    assert {(r.source_file, r.reason) for r in document.rejects} == {
        (file, Reason.NOT_A_FIGURE) for file in ("star.png", "dot.png", "head.png", "face.png")
    }
    assert document.title == "Stars"


def test_figures_that_the_authors_switched_off_are_not_read(read_body):
    figure = r"\begin{figure}\includegraphics{a}\caption{Off.}\end{figure}"
    body = rf"""\if0 {figure}\fi \newcommand{{\hide}}[1]{{}}\hide{{{figure}}}\newif\ifshow\ifshow{figure}\fi
\excludecomment{{dead}}\begin{{dead}}{figure}
\end{{dead}}
\begin{{comment}}{figure}\end{{comment}}\iffalse{figure}\fi %{figure}"""
    document = read_body(body, "a.pdf")
    assert (document.figures, document.rejects) == ((), ())


STORED = [
    r"\sbox{\pic}{\includegraphics{a}}",
    r"\begin{lrbox}{\pic}\includegraphics{a}\end{lrbox}",
    r"\savebox{\pic}[3cm][c]{\includegraphics{a}}",
]


@pytest.mark.parametrize("stored", STORED)
def test_a_box_stored_in_any_way_shows_where_it_is_used(read_body, stored):
    body = rf"\newsavebox{{\pic}}{stored}\begin{{figure}}\usebox{{\pic}}\caption{{Boxed.}}\end{{figure}}"
    document = read_body(body, "a.pdf")
    assert [[g.file for g in f.graphics] for f in document.figures] == [["a.pdf"]]
    assert document.rejects == ()


def test_a_stored_box_that_is_shown_nowhere_is_reported(read_body):
    document = read_body(r"\newsavebox{\pic}\sbox{\pic}{\includegraphics{a}} Words.", "a.pdf")
    assert [(r.reason, r.source_file) for r in document.rejects] == [(Reason.NOT_TYPESET, "a.pdf")]


def test_a_caption_command_of_the_authors_own_making_is_a_caption(read_body):
    preamble = r"""\makeatletter\newcommand{\fcaption}[1]{\refstepcounter{figure}%
      \setbox\@tempboxa=\hbox{Fig.~\thefigure. #1}%
      \ifdim\wd\@tempboxa>5in \parbox{5in}{Fig.~\thefigure. #1}\else\begin{center}Fig.~\thefigure. #1\end{center}\fi}
    \newcommand{\tcaption}[1]{\refstepcounter{table}Table~\thetable. #1}
    \newcommand{\mycaption}[2]{\caption[#1]{\textbf{#1} #2}}\makeatother"""
    body = r"""\begin{figure}\includegraphics{a}\fcaption{Tide.}\label{t}\end{figure}
    \begin{table}\includegraphics{b}\tcaption{Harbours.}\end{table}
    \begin{figure}\includegraphics{c}\mycaption{Ebb}{at noon.}\end{figure}"""
    document = read_body(body, "a.pdf", "b.pdf", "c.pdf", preamble=preamble)
    assert [(f.label, f.caption, f.anchors, [g.file for g in f.graphics]) for f in document.figures] == [
        ("Figure 1", "Tide.", ("t",), ["a.pdf"]),
        ("Figure 2", "Ebb at noon.", (), ["c.pdf"]),
    ]
    assert [(r.reason, r.source_file) for r in document.rejects] == [(Reason.NOT_A_FIGURE, "b.pdf")]


BLANK_CAPTIONS = {
    r"\includegraphics{a}\caption{\label{f}} Tide over a day.": "Tide over a day.",
    r"\includegraphics{a}\caption{}{\small Tide in \textit{May}, \ref{f}.}": "Tide in May, [REF].",
    r"Tide over a day. \includegraphics{a}\caption{}": "",
    r"\caption{}\includegraphics{a} Tide over a day.\includegraphics{b}": "",
    r"\includegraphics{a}\caption{}\vspace{2mm} (a)": "",
    r"\includegraphics{a}\caption{Tide.} Measured at the pier.": "Tide.",
    "\\includegraphics{a}\\caption{}\\label{f} A first paragraph here.\n\nAnd a second paragraph.": "",
}


@pytest.mark.parametrize("inside", BLANK_CAPTIONS)
def test_the_one_line_behind_a_blank_caption_is_the_caption(read_body, inside):
    (figure,) = read_body(rf"\begin{{figure}}{inside}\end{{figure}}", "a.pdf", "b.pdf").figures
    assert figure.caption == BLANK_CAPTIONS[inside]


def test_rejects_tell_logos_portraits_and_tables_apart(read_body):
    body = r"""\includegraphics{logo}\begin{table}\includegraphics{tab}\caption{T.}\end{table}
    \begin{IEEEbiography}[{\includegraphics{face}}]{A. Author} writes.\end{IEEEbiography}"""
    rejects = read_body(body, "logo.png", "tab.png", "face.png").rejects
    assert {r.reason for r in rejects} == {Reason.NOT_A_FIGURE}
    said = {r.source_file: r.detail for r in rejects}
    assert ("logo" in said["logo.png"], "table" in said["tab.png"], "portrait" in said["face.png"]) == (
        True,
        True,
        True,
    )
