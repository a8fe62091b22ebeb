"""Pictures drawn in TeX, from a paper's files to its rows."""

import io
import shutil
import subprocess

import pytest
from PIL import Image

from s1_assets.extraction.confinement import can_hide_files
from s1_assets.extraction.document import Drawing
from s1_assets.extraction.drawing import MAX_DRAWINGS, Typeset, typeset_drawings
from s1_assets.extraction.latex.read import read_latex
from s1_assets.extraction.paper import Extraction, extract_document
from s1_assets.extraction.produce import RENDERERS, renderers
from s1_assets.rejects import Reason
from s1_assets.tables import Row
from s1_assets_tests.extraction.quadrants import colours_of, raster, saved

needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no TeX on this machine (pdflatex)")
pytestmark = pytest.mark.skipif(not can_hide_files(), reason="this kernel has no Landlock, so TeX is not run")

PHOTO = saved(raster(), "PNG")
# Two by two coloured squares, like `raster`.
SQUARES = r"""\begin{tikzpicture}
  \fill[red] (0,1) rectangle (2,2); \fill[green] (2,1) rectangle (4,2);
  \fill[blue] (0,0) rectangle (2,1); \fill[yellow] (2,0) rectangle (4,1);
\end{tikzpicture}"""
PLAIN = r"\documentclass{article}\usepackage{graphicx,tikz}"


def has(*packages: str) -> pytest.MarkDecorator:
    """Skips a test whose TeX packages are not installed."""
    kpsewhich = shutil.which("kpsewhich")
    found = [subprocess.run([kpsewhich, name], capture_output=True, check=False) for name in packages if kpsewhich]
    missing = not found or any(look_up.returncode for look_up in found)
    return pytest.mark.skipif(missing, reason=f"TeX without {' or '.join(packages)}")


def extract(body: str, preamble: str = PLAIN, **files: bytes | str) -> Extraction:
    paper = {"paper.tex": rf"{preamble}\begin{{document}}{body}\end{{document}}", **files}
    contents = {path: text if isinstance(text, bytes) else text.encode() for path, text in paper.items()}
    return extract_document("p", read_latex(contents), contents, route="latex")


def figure(inside: str) -> str:
    return rf"\begin{{figure}}{inside}\caption{{Drawn.}}\end{{figure}}"


def pair_of(extraction: Extraction) -> Row:
    assert extraction.rejects == []
    (pair,) = extraction.pairs
    return pair


def reject_of(extraction: Extraction) -> tuple[str, str]:
    assert extraction.pairs == []
    (reject,) = extraction.rejects
    return reject["reason"], reject["detail"]


# What is drawn


@needs_tex
@pytest.mark.parametrize(
    "inside",
    [
        SQUARES,
        rf"\resizebox{{\linewidth}}{{!}}{{{SQUARES}}}",
        rf"\rotatebox{{180}}{{\rotatebox{{180}}{{{SQUARES}}}}}",
        rf"\makebox[0pt][r]{{{SQUARES}}}",
        r"\input{squares}",
        r"\begin{picture}(0,0)\put(-900,-300){\includegraphics[width=20cm]{photo}}\end{picture}",
    ],
    ids=["plain", "scaled", "turned", "out-of-its-box", "input", "far-out"],
)
def test_a_drawing_is_shown_whole(inside):
    pair = pair_of(extract(figure(inside), **{"squares.tex": SQUARES, "photo.png": PHOTO}))
    assert colours_of(pair["image"]) == "RGBY"
    assert max(pair["width"], pair["height"]) >= 1024
    assert pair["page"] is None


@needs_tex
def test_drawings_and_graphics_are_panels_of_one_figure():
    panels = rf"""\begin{{subfigure}}{{3cm}}\includegraphics{{photo}}\caption{{Photo.}}\end{{subfigure}}
    \begin{{subfigure}}{{3cm}}{SQUARES}\caption{{Squares.}}\end{{subfigure}}
    \begin{{subfigure}}{{3cm}}\begin{{tikzpicture}}\undefined\end{{tikzpicture}}\caption{{Broken.}}\end{{subfigure}}
    \begin{{subfigure}}{{3cm}}\tikz \node {{word}};\caption{{Word.}}\end{{subfigure}}"""
    extraction = extract(figure(panels), rf"{PLAIN}\usepackage{{subcaption}}", **{"photo.png": PHOTO})
    assert [(pair["panel"], pair["source_file"], pair["subcaption"]) for pair in extraction.pairs] == [
        ("a", "photo.png", "Photo."),
        ("b", "paper.tex", "Squares."),
        ("d", "paper.tex", "Word."),
    ]
    assert extraction.pairs[2]["figure_text"] == ["word"]
    ((reject),) = extraction.rejects
    assert (reject["figure"], reject["source_file"], reject["reason"]) == (1, "paper.tex", "typesetting_failed")
    assert r"Undefined control sequence.; l.1 \begin{tikzpicture}\undefined" in reject["detail"]


@needs_tex
def test_what_the_paper_sets_before_counts():
    body = r"""\definecolor{one}{rgb}{1,0,0}\newcommand{\square}[2][one]{\fill[#1] #2 rectangle +(2,1);}
    \begin{figure}\tikzset{two/.style={green}}\def\three{blue}
    \begin{tikzpicture}\square{(0,1)}\square[two]{(2,1)}\square[\three]{(0,0)}\square[four]{(2,0)}\end{tikzpicture}
    \caption{Set.}\end{figure}"""
    preamble = rf"{PLAIN}\input{{colours}}"
    pair = pair_of(extract(body, preamble, **{"colours.tex": r"\definecolor{four}{rgb}{1,1,0}"}))
    assert colours_of(pair["image"]) == "RGBY"


@needs_tex
def test_files_are_found_from_the_folder_of_the_paper():
    inside = figure(r"\input{figs/squares.tikz}")
    files = {
        "tex/paper.tex": rf"{PLAIN}\begin{{document}}{inside}\end{{document}}",
        "tex/figs/squares.tikz": r"\begin{tikzpicture}\input{figs/inner}\end{tikzpicture}",
        "tex/figs/inner.tex": SQUARES.replace(r"\begin{tikzpicture}", "").replace(r"\end{tikzpicture}", ""),
    }
    contents = {path: text.encode() for path, text in files.items()}
    pair = pair_of(extract_document("p", read_latex(contents), contents, route="latex"))
    assert (colours_of(pair["image"]), pair["source_file"]) == ("RGBY", "tex/figs/squares.tikz")


@needs_tex
@has("pgfplots.sty")
def test_a_plot_reads_the_data_of_the_archive():
    plot = r"\begin{tikzpicture}\begin{axis}[xlabel=dose]\addplot table {data/doses.dat};\end{axis}\end{tikzpicture}"
    preamble = r"\documentclass{article}\usepackage{pgfplots}\usetikzlibrary{external}\tikzexternalize[prefix=made/]"
    pair = pair_of(extract(figure(plot), preamble, **{"data/doses.dat": "x y\n0 1\n7 9\n"}))
    assert "dose" in pair["figure_text"]
    assert reject_of(extract(figure(plot), preamble))[0] == "typesetting_failed"


@needs_tex
def test_what_this_machine_lacks_in_the_preamble_is_done_without():
    preamble = r"""\documentclass[12pt]{nobodysclass}\usepackage[T1]{fontenc}\usepackage{nobodyspackage,tikz}
    \nobodyscommand{x}"""
    pair = pair_of(extract(figure(SQUARES) + "Words.", preamble))
    assert colours_of(pair["image"]) == "RGBY"
    word = r"\begin{tikzpicture}\node {\textbf{Wort} \textsf{für} \texttt{Wort}};\end{tikzpicture}"
    assert pair_of(extract(figure(word), preamble))["figure_text"] == ["Wort", "für", "Wort"]
    needed = r"\begin{tikzpicture}\node {\nobodyscommand{x}};\end{tikzpicture}"
    reason, detail = reject_of(extract(figure(needed), preamble))
    assert reason == "typesetting_failed"
    assert "not found: nobodysclass.cls; not found: nobodyspackage.sty" in detail


@needs_tex
@pytest.mark.parametrize("lacking", [r"\input{nothing}", r"\font\nothing=nothing \nothing", r"\pgfimage{nothing}"])
def test_what_a_drawing_itself_lacks_fails_it(lacking):
    drawing = Drawing("tikzpicture", "paper.tex", "paper.tex", rf"\tikz\node{{a{lacking}}};")
    outcome = typeset_drawings([drawing], {"paper.tex": rf"{PLAIN}\begin{{document}}".encode()})
    assert outcome[drawing].reason is Reason.TYPESETTING_FAILED
    assert "nothing" in outcome[drawing].detail


@needs_tex
def test_one_graphic_gets_what_is_drawn_over_it_if_that_can_be_had():
    over = r"\begin{tikzpicture}\node {\includegraphics[width=3cm]{photo}};\node {%s};\end{tikzpicture}"
    drawn = pair_of(extract(figure(over % "label"), **{"photo.png": PHOTO}))
    assert (drawn["source_file"], drawn["figure_text"]) == ("photo.png", ["label"])
    alone = pair_of(extract(figure(over % r"\undefined"), **{"photo.png": PHOTO}))
    assert (alone["source_file"], alone["image"]) == ("photo.png", PHOTO)


@needs_tex
@has("pstricks.sty", "pst-node.tex")
@pytest.mark.skipif(shutil.which("gs") is None or shutil.which("dvips") is None, reason="no Ghostscript or dvips")
def test_postscript_is_drawn_too():
    squares = r"""\psframe*[linecolor=red](0,1)(2,2)\psframe*[linecolor=green](2,1)(4,2)
    \psframe*[linecolor=blue](0,0)(2,1)\psframe*[linecolor=yellow](2,0)(4,1)"""
    body = figure(rf"\begin{{pspicture}}(4,2){squares}\end{{pspicture}}") + figure(
        r"\pspicture(1,1)\rput(0,0){word}\endpspicture"
    )
    extraction = extract(body, r"\documentclass{article}\usepackage{pstricks}")
    assert extraction.rejects == []
    assert colours_of(extraction.pairs[0]["image"]) == "RGBY"
    assert extraction.pairs[1]["figure_text"] == ["word"]


@needs_tex
def test_transparency_and_patterns_are_drawn():
    source = r"""\begin{tikzpicture}\fill[red] (0,0) rectangle (2,2);\fill[blue,opacity=0.5] (2,0) rectangle (4,2);
    \fill[pattern=north east lines] (4,0) rectangle (6,2);\end{tikzpicture}"""
    pair = pair_of(extract(figure(source), rf"{PLAIN}\usetikzlibrary{{patterns}}"))
    image = Image.open(io.BytesIO(pair["image"])).convert("RGB")
    left, middle, right = (
        {image.getpixel((x, y)) for x in range(start + 60, start + 240, 3) for y in range(100, image.height - 100, 3)}
        for start in range(40, image.width - 100, (image.width - 80) // 3)
    )
    assert left == {(255, 0, 0)}
    assert middle in ({(127, 127, 255)}, {(128, 128, 255)})
    assert len(right) > 2


@needs_tex
def test_a_drawing_is_typeset_once():
    drawing = Drawing("tikzpicture", "paper.tex", "paper.tex", SQUARES)
    files = {"paper.tex": rf"{PLAIN}\begin{{document}}".encode()}
    others = [Drawing("tikzpicture", "paper.tex", "paper.tex", rf"\tikz\node{{{n}}};") for n in range(2)]
    made = typeset_drawings([drawing, *others, drawing], files)
    assert [typeset.page for typeset in made.values()] == [1, 2, 3]
    assert len({typeset.content for typeset in made.values()}) == 1


# What is not


@needs_tex
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "attack",
    [
        r"\input{/etc/passwd}",
        r"\catcode`\$=12 \newread\file \openin\file=$SELFAUTOPARENT/etc/passwd \read\file to\line \node {\line};",
        r"\immediate\pdfobj stream file {/etc/passwd}",
        r"\immediate\openout15=/tmp/written \immediate\write15{x}",
        r"\input{|touch\space written}",
        r"\def\a{\a\a}\a",
        r"\def\a{aaaaaaaaaaaaaaaa}\loop\edef\a{\a\a}\iftrue\repeat",
        r"}}}}\endgroup\end{document}",
    ],
)
def test_an_attack_costs_itself_alone(attack):
    bad = rf"\begin{{tikzpicture}}{attack}\end{{tikzpicture}}"
    drawings = [Drawing("tikzpicture", "paper.tex", "paper.tex", source) for source in (bad, SQUARES)]
    files = {"paper.tex": rf"{PLAIN}\begin{{document}}".encode()}
    outcome = typeset_drawings(drawings, files)
    assert outcome[drawings[0]].reason is Reason.TYPESETTING_FAILED
    assert isinstance(outcome[drawings[1]], Typeset)


@needs_tex
@pytest.mark.parametrize("folder", ["figurepairs.pdf", "figurepairs-document.tex", "figurepairs-0.tex"])
def test_folders_named_like_files_of_the_run_are_in_nobodys_way(folder):
    pair = pair_of(extract(figure(SQUARES), **{f"{folder}/x.txt": b"x"}))
    assert colours_of(pair["image"]) == "RGBY"


@needs_tex
@pytest.mark.parametrize(
    "endless",
    [
        r"\loop\iftrue\repeat",
        r"\loop\message{<drawing 0 begins>}\iftrue\repeat",
        r"\immediate\openout15=big \loop\immediate\write15{xxxxxxxxxxxxxxxxxxxxx}\iftrue\repeat",
    ],
)
def test_what_takes_for_ever_is_stopped(endless):
    drawing = Drawing("tikzpicture", "paper.tex", "paper.tex", rf"\begin{{tikzpicture}}{endless}\end{{tikzpicture}}")
    for preamble, source in ((PLAIN, drawing), (PLAIN + endless, drawing)):
        files = {"paper.tex": rf"{preamble}\begin{{document}}".encode()}
        assert typeset_drawings([source], files, seconds=2)[source].reason is Reason.RENDER_TIMEOUT


@needs_tex
def test_a_paper_has_only_so_many_drawings():
    drawings = [
        Drawing("tikzpicture", "paper.tex", "paper.tex", rf"\tikz\node{{{n}}};") for n in range(MAX_DRAWINGS + 1)
    ]
    outcome = typeset_drawings(drawings, {"paper.tex": rf"{PLAIN}\begin{{document}}".encode()})
    assert sum(isinstance(made, Typeset) for made in outcome.values()) == MAX_DRAWINGS
    assert outcome[drawings[-1]].reason is Reason.RENDER_TIMEOUT


def test_without_an_engine_a_drawing_needs_tex(monkeypatch):
    monkeypatch.setenv("PATH", "")
    reason, detail = reject_of(extract(figure(SQUARES)))
    assert reason == "needs_tex"
    assert "tikzpicture" in detail
    assert "apt install" in detail


def test_without_an_engine_a_graphic_is_shown_without_what_is_drawn_over_it(monkeypatch):
    monkeypatch.setenv("PATH", "")
    over = r"\begin{overpic}{photo}\put(1,1){$x$}\end{overpic}"
    assert pair_of(extract(figure(over), **{"photo.png": PHOTO}))["image"] == PHOTO


def test_the_programs_at_hand_are_configuration(monkeypatch):
    expected = {name: "present" if shutil.which(name) else "absent" for name in RENDERERS}
    assert renderers() == expected
    monkeypatch.setenv("PATH", "")
    assert renderers() == dict.fromkeys(RENDERERS, "absent")
