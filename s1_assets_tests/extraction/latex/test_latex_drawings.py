"""Pictures drawn in TeX: which there are, what draws them, and where they stand among the panels."""

import pytest

from s1_assets.extraction.latex.read import read_latex

TIKZ = r"\begin{tikzpicture}\draw(0,0) -- (1,1);\end{tikzpicture}"


def figure(inside: str, caption: str = r"\caption{Drawn.}") -> str:
    return rf"\begin{{figure}}{inside}{caption}\end{{figure}}"


@pytest.fixture
def drawing_of(read_body):
    """The drawing that is all of the only figure."""

    def read(body: str, **options):
        document = read_body(body, **options)
        (found,) = document.figures
        (graphic,) = found.graphics
        assert graphic.file == graphic.drawing.file
        assert document.rejects == ()
        return graphic.drawing

    return read


@pytest.mark.parametrize(
    "source",
    [
        TIKZ,
        "\\begin{tikzpicture}[x=1cm]% \\end{tikzpicture}\n\n\\node {\\%};\\begin{scope}\\end{scope}\\end{tikzpicture}",
        r"\begin{picture}(10,10)\put(0,0){\line(1,0){5}}\end{picture}",
        r"\begin{pspicture}(0,0)(1,1)\psline(0,0)(1,1)\end{pspicture}",
        r"\begin{tikzcd}A \arrow[r] & B\end{tikzcd}",
        r"\begin{circuitikz}\draw (0,0) to[R] (1,0);\end{circuitikz}",
        r"\xymatrix@C=2pc{A \ar[r]^{f} & B}",
        r"\xy (0,0)*{A}; (10,0)*{B} \endxy",
        r"\Qcircuit @C=1em @R=.7em {& \gate{H} & \qw}",
        r"\chemfig{A-B(-[1]C)-D}",
        r"\tikz \draw (0,0) circle (1) node {a; b};",
        r"\tikz[baseline]{\draw (0,0) circle (1);}",
        r"\feynmandiagram [horizontal=a to b] { a -- b };",
        r"\pstree{\TR{a}}{\TR{b}}",
        r"\Tree [.S [.NP a ] [.VP b ] ]",
    ],
)
def test_a_drawing_is_kept_as_it_is_written(drawing_of, source):
    drawing = drawing_of(figure(f"\\centering {source} "))
    assert drawing.source.replace(" ", "") == source.replace(" ", "")
    assert (drawing.document, drawing.file, drawing.setting) == ("main.tex", "main.tex", "")


def test_comments_and_blanks_stay_where_the_drawing_stands_in_a_file(drawing_of):
    source = "\\begin{tikzpicture}  % the %\n  \\draw (0,0)\n -- (1,1); \\end{tikzpicture}"
    assert drawing_of(figure(source)).source == source


@pytest.mark.parametrize(
    "wrapped",
    [
        r"\resizebox{\linewidth}{!}{%s}",
        r"\scalebox{0.5}{%s}",
        r"\adjustbox{width=3cm}{%s}",
        r"\begin{adjustbox}{width=3cm}%s\end{adjustbox}",
        r"\centerline{\fbox{%s}}",
        r"\newsavebox{\pic}\sbox{\pic}{%s}\usebox{\pic}",
        r"\begin{center}\begin{tabular}{c}%s\end{tabular}\end{center}",
    ],
)
def test_what_only_scales_or_places_a_drawing_is_left_out(drawing_of, wrapped):
    assert drawing_of(figure(wrapped % TIKZ)).source == TIKZ


def test_a_comment_in_an_argument_ends_with_its_line(drawing_of):
    drawing = drawing_of(
        figure("\\resizebox{1cm}{!}{\\begin{tikzpicture}% \\foo }\n  \\draw % x\n a;\\end{tikzpicture}}")
    )
    assert drawing.source == r"\begin{tikzpicture}\draw a;\end{tikzpicture}"


def test_a_turned_drawing_says_so(drawing_of):
    assert dict(drawing_of(figure(rf"\rotatebox{{90}}{{{TIKZ}}}")).turns)["angle"] == "90"


def test_arguments_of_a_wrapper_are_filled_in(drawing_of):
    preamble = r"""\newcommand{\chain}[2][red]{\begin{tikzpicture}\foreach \i in {1,...,#2}
      {\node[#1] at (\i,0) {\i};}\end{tikzpicture}}"""
    source = drawing_of(figure(r"\chain[blue]{4}"), preamble=preamble).source
    assert r"\foreach\i in {1,...,4}" in source
    assert r"\node[blue] at (\i,0) {\i};" in source


def test_an_environment_of_the_authors_around_a_drawing_is_opened(drawing_of):
    preamble = r"\newenvironment{plot}[1]{\begin{tikzpicture}\begin{axis}[#1]}{\end{axis}\end{tikzpicture}}"
    source = drawing_of(figure(r"\begin{plot}{grid}\addplot {x};\end{plot}"), preamble=preamble).source
    assert source == r"\begin{tikzpicture}\begin{axis}[grid]\addplot {x};\end{axis}\end{tikzpicture}".replace(
        "t {", "t{"
    )


def test_a_file_that_is_input_for_a_drawing_is_the_drawing(drawing_of):
    text = f"\\definecolor{{c}}{{rgb}}{{1,0,0}}%\n{TIKZ}%\n"
    for included in (
        r"\input{figs/plot.tikz}",
        r"\resizebox{1cm}{!}{\input{figs/plot.tikz}}",
        r"\includegraphics{figs/plot.tikz}",
    ):
        drawing = drawing_of(figure(included), files={"figs/plot.tikz": text})
        assert (drawing.source, drawing.file, drawing.document) == (text, "figs/plot.tikz", "main.tex")


def test_of_a_standalone_file_the_body_is_the_drawing(drawing_of):
    files = {"pic.tex": f"\\documentclass{{standalone}}\n\\begin{{document}}{TIKZ}\\end{{document}}"}
    drawing = drawing_of(figure(r"\includestandalone[width=3cm]{pic}"), files=files)
    assert (drawing.source, drawing.file) == (TIKZ, "pic.tex")


def test_a_file_with_panels_of_its_own_is_no_single_drawing(read_body):
    files = {"rows.tex": rf"\subfloat[One]{{{TIKZ}}}\subfloat[Two]{{{TIKZ}}}"}
    (found,) = read_body(figure(r"\input{rows}"), files=files).figures
    assert [(g.drawing.source, g.subcaption, g.file) for g in found.graphics] == [
        (TIKZ, "One", "rows.tex"),
        (TIKZ, "Two", "rows.tex"),
    ]


def test_drawings_are_panels_in_printed_order(read_body):
    body = rf"""\begin{{figure}}
    \begin{{subfigure}}{{.3\textwidth}}\includegraphics{{a}}\caption{{Photo.}}\end{{subfigure}}
    \begin{{subfigure}}{{.3\textwidth}}\centering {TIKZ}\caption{{Sketch.}}\label{{sketch}}\end{{subfigure}}
    \begin{{subfigure}}{{.3\textwidth}}\includegraphics{{b}}\caption{{Plot.}}\label{{plot}}\end{{subfigure}}
    \caption{{Three.}}\end{{figure}} See \ref{{plot}} and \ref{{sketch}}."""
    document = read_body(body, "a.png", "b.png")
    (found,) = document.figures
    assert [(g.file, g.subcaption, g.drawing is not None) for g in found.graphics] == [
        ("a.png", "Photo.", False),
        ("main.tex", "Sketch.", True),
        ("b.png", "Plot.", False),
    ]
    assert [anchor.panel for anchor in document.passages[0].anchors] == ["c", "b"]


@pytest.mark.parametrize(
    "minor",
    [
        r"\begin{tikzpicture}[remember picture,overlay]\draw (0,0) -- (1,1);\end{tikzpicture}",
        r"\begin{picture}(0,0)\put(-20,5){(a)}\end{picture}",
        r"\tikz\draw[red] (0,0) -- (1em,0); measured",
    ],
)
def test_overlays_and_marks_are_no_panels_beside_others(read_body, drawing_of, minor):
    (found,) = read_body(figure(rf"\includegraphics{{a}}{minor}"), "a.png").figures
    assert [g.file for g in found.graphics] == ["a.png"]
    assert drawing_of(figure(minor)).source in minor


def test_a_mark_in_a_caption_is_no_drawing(read_body):
    caption = rf"\caption{{Red line (\tikz\draw[red] (0,0)--(1,0);) and {TIKZ} box.}}"
    (found,) = read_body(figure(r"\includegraphics{a}", caption), "a.png").figures
    assert [g.file for g in found.graphics] == ["a.png"]
    assert found.graphics[0].drawing is None


def test_drawings_outside_of_captioned_figures_leave_no_trace(read_body):
    document = read_body(rf"Text {TIKZ} and \tikz\draw (0,0); more. \begin{{figure}}{TIKZ}\end{{figure}}")
    assert (document.figures, document.rejects) == ((), ())


@pytest.mark.parametrize("form", [r"\[%s\]", r"$$%s$$", r"\begin{equation*}%s\end{equation*}"])
def test_a_drawing_in_a_formula_is_set_as_one(drawing_of, form):
    source = r"\begin{CD}A @>f>> B\end{CD}"
    assert drawing_of(figure(form % source)).source == f"${source}$"
    assert drawing_of(figure(form % r"\xymatrix{A & B}")).source == r"$\xymatrix{A & B}$"


ANNOTATED = r"\begin{tikzpicture}\node {\includegraphics[width=3cm]{photo}};\draw (0,0) -- (1,1);\end{tikzpicture}"


@pytest.mark.parametrize(
    "around",
    [
        ANNOTATED,
        r"\begin{overpic}[width=3cm]{photo}\put(1,1){$x$}\end{overpic}",
        r"\begin{picture}(10,10)\put(0,0){\includegraphics{photo}}\put(2,2){$x$}\end{picture}",
        r"\tikz{\node{\includegraphics{photo}};}",
    ],
)
def test_one_graphic_in_a_drawing_keeps_its_file_and_gets_the_drawing(read_body, around):
    document = read_body(figure(around), "photo.png")
    (graphic,) = document.figures[0].graphics
    assert (graphic.file, graphic.drawing.source, graphic.drawing.file) == ("photo.png", around, "main.tex")
    assert document.rejects == ()


def test_several_graphics_in_a_drawing_are_panels_of_their_own(read_body):
    around = r"\begin{tikzpicture}\node {\includegraphics{a}};\node {\includegraphics{b}};\end{tikzpicture}"
    (found,) = read_body(figure(around), "a.png", "b.png").figures
    assert [(g.file, g.drawing) for g in found.graphics] == [("a.png", None), ("b.png", None)]


def test_graphics_that_a_program_put_into_its_picture_are_no_panels(read_body):
    text = r"""\begingroup\makeatletter\begin{pgfpicture}\pgfsys@transformshift{1pt}{1pt}%
    \pgftext{\includegraphics{plot-img0.png}}\pgftext{\includegraphics{plot-img1.png}}\end{pgfpicture}\endgroup"""
    document = read_body(figure(r"\input{plot.pgf}"), "plot-img0.png", "plot-img1.png", files={"plot.pgf": text})
    (graphic,) = document.figures[0].graphics
    assert (graphic.file, graphic.drawing.source) == ("plot.pgf", text)
    assert document.rejects == ()


def test_pictures_over_each_other_in_one_file_are_one_drawing(read_body):
    text = r"""\begin{picture}(0,0)\includegraphics{flow}\end{picture}\setlength{\unitlength}{4144sp}%
    \begin{picture}(30,20)\put(9,4){\makebox(0,0)[lb]{$x$}}\end{picture}"""
    document = read_body(figure(r"\input{flow.pstex_t}"), "flow.eps", files={"flow.pstex_t": text})
    (graphic,) = document.figures[0].graphics
    assert (graphic.file, graphic.drawing.source) == ("flow.eps", text)


def test_internal_commands_stay_internal(drawing_of):
    inside = r"\begin{tikzpicture}[x=1cm]\pgf@x\end{tikzpicture}"
    for form in (r"\makeatletter %s\makeatother", r"\makeatletter\fbox{%s}\makeatother", r"\mine"):
        preamble = rf"\makeatletter\newcommand{{\mine}}{{{inside}}}\makeatother"
        body = figure(form % inside if "%" in form else form)
        assert drawing_of(body, preamble=preamble).source == rf"\makeatletter{inside}\makeatother"
    assert "makeat" not in drawing_of(figure(r"\begin{xy}\ar@{->}(0,0);(1,0)\end{xy}")).source


def test_active_characters_are_kept(drawing_of):
    source = drawing_of(r"\catcode`\;=13 " + figure(rf"\fbox{{{TIKZ}}}")).source
    assert source == TIKZ


# What is set before a drawing


def test_what_the_document_defines_and_a_drawing_uses_comes_with_it(drawing_of):
    preamble = r"\newcommand{\kept}{old}\newcommand{\before}{1}"
    body = r"""\newcommand{\ket}[1]{|\inner{#1}\rangle}\newcommand{\inner}[2][x]{#1#2}\def\till#1.{#1}
    \newif\ifnight\nighttrue
    \renewcommand{\kept}{new}\newcommand{\unused}{3}""" + figure(
        r"\begin{tikzpicture}\node {\ket{a} \kept \before \till b. \ifnight c\fi};\end{tikzpicture}"
    )
    setting = drawing_of(body, preamble=preamble).setting
    assert r"\long\def\ket#1{|\inner{#1}\rangle}" in setting
    assert r"\DeclareDocumentCommand\inner{O{x} m}{#1#2}" in setting
    assert r"\long\def\till#1.{#1}" in setting
    assert r"\let\ifnight=\iftrue" in setting
    assert r"\long\def\kept{new}" in setting
    assert "before" not in setting
    assert "unused" not in setting


def test_settings_reach_as_far_as_their_group(read_body):
    body = r"""\tikzset{box/.style={draw}}\definecolor{wine}{RGB}{114,47,55}
    \begin{figure}\small\setlength{\unitlength}{1mm}\psset{unit=2cm}\tikzstyle{dot}=[circle] A\caption{1.}\end{figure}
    \begin{figure}\unitlength=2mm {\tikzset{lost/.style=red}} \usetikzlibrary{arrows}"""
    (_, found) = read_body(rf"{body}{TIKZ}\caption{{2.}}\end{{figure}}").figures
    assert found.graphics[0].drawing.setting.splitlines() == [
        r"\unitlength=5.69054pt\relax",
        r"\tikzset{box/.style={draw}}",
        r"\definecolor{wine}{RGB}{114,47,55}",
        r"\usetikzlibrary{arrows}",
    ]


def test_the_size_of_letters_and_of_boxes_counts(drawing_of):
    body = rf"\small\begin{{figure}}\footnotesize\begin{{subfigure}}{{0.5\textwidth}}{TIKZ}\end{{subfigure}}"
    setting = drawing_of(rf"{body}\caption{{Small.}}\end{{figure}}").setting
    assert setting.splitlines() == [r"\footnotesize", r"\figurepairswidth{0.5\textwidth}"]


# Hostile sources


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "body",
    [
        r"\begin{tikzpicture}" * 20_000,
        r"\begin{tikzpicture}\includegraphics{a}" * 3_000,
        figure(r"\begin{tikzpicture}" * 400 + r"\input{x}" + r"\end{tikzpicture}" * 400),
        r"\newcommand{\a}{\begin{tikzpicture}\a\end{tikzpicture}}" + figure(r"\a"),
        figure(r"\begin{tikzpicture}\node {", ""),
        figure(r"\tikz \draw", "") * 1000,
        figure(r"\xymatrix" * 5000),
        figure(r"\Tree [" * 5000),
        figure(r"\begin{picture}\endpicture\end{tikzpicture}\endtikzpicture}"),
        r"\def\a{\tikzset{\a\a}}" * 3000 + figure(TIKZ) * 300,
        figure(r"\[\begin{tikzcd}" * 3000),
        figure(r"\begin{minipage}{1cm}" * 60 + TIKZ + r"\end{tikzpicture}" * 60),
    ],
    ids=range(12),
)
def test_hostile_drawings_end(body):
    article = rf"\documentclass{{article}}\begin{{document}}{body}\begin{{figure}}{TIKZ}\caption{{Last.}}\end{{figure}}"
    assert len(read_latex({"main.tex": article.encode(), "x.tex": b"x"}).figures) < 1000
