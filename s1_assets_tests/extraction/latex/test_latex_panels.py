"""Panels and captions of the packages and classes that papers use, and what is no caption of a figure."""

import pytest

from s1_assets.rejects import Reason

A, B = r"\includegraphics{a}", r"\includegraphics{b}"

# Two panels with their captions and labels, within a float whose own caption stands outside.
PANELS = {
    "subcaptionblock": (
        rf"\begin{{subcaptionblock}}{{3cm}}{A}\caption{{Wet}}\label{{p:a}}\end{{subcaptionblock}}"
        rf"\begin{{subcaptionblock}}[b]{{3cm}}{B}\caption{{Dry}}\label{{p:b}}\end{{subcaptionblock}}"
    ),
    "subcaptiongroup": (
        rf"\begin{{subcaptiongroup}}\parbox{{3cm}}{{{A}\caption{{Wet}}\label{{p:a}}}}"
        rf"\parbox{{3cm}}{{{B}\caption{{Dry}}\label{{p:b}}}}\end{{subcaptiongroup}}"
    ),
    "starred subcaptionbox": rf"\subcaptionbox*{{Wet\label{{p:a}}}}{{{A}}}\subcaptionbox*{{Dry\label{{p:b}}}}{{{B}}}",
    "two options": rf"\subfloat[][Wet]{{{A}\label{{p:a}}}}\subfloat[list][Dry]{{{B}\label{{p:b}}}}",
    "captionof": (
        rf"\begin{{minipage}}{{3cm}}{A}\captionof{{subfigure}}{{Wet}}\label{{p:a}}\end{{minipage}}"
        rf"\begin{{minipage}}{{3cm}}\captionsetup{{subtype}}{B}\caption{{Dry}}\label{{p:b}}\end{{minipage}}"
    ),
    "one box for both": rf"{A}\subcaption{{Wet}}\label{{p:a}}{B}\subcaption{{Dry}}\label{{p:b}}",
    "one minipage for both": (
        rf"\begin{{minipage}}{{9cm}}{A}\caption*{{Wet}}\label{{p:a}}{B}\caption*{{Dry}}\label{{p:b}}\end{{minipage}}"
    ),
    "row of subcaptions": (
        rf"\begin{{tabular}}{{cc}}{A} & {B}\\ \subcaption{{Wet}}\label{{p:a}} & \subcaption{{Dry}}\label{{p:b}}"
        r"\end{tabular}"
    ),
    "floatrow": (
        rf"\begin{{subfloatrow}}\ffigbox[\FBwidth]{{\caption{{Wet}}\label{{p:a}}}}{{{A}}}"
        rf"\ffigbox{{{B}}}{{\caption{{Dry}}\label{{p:b}}}}\end{{subfloatrow}}"
    ),
    "memoir": rf"\subbottom[Wet\label{{p:a}}]{{{A}}}\subtop[Dry]{{{B}\label{{p:b}}}}",
    "boxed": rf"\makebox[\textwidth][c]{{\subfloat[Wet]{{{A}\label{{p:a}}}}\hfil\subfloat[Dry]{{{B}\label{{p:b}}}}}}",
    "AASTeX": r"\gridline{\fig{a}{3cm}{Wet\label{p:a}}\rightfig{b}{3cm}{Dry\label{p:b}}}",
}


@pytest.mark.parametrize("panels", PANELS.values(), ids=PANELS.keys())
def test_panels_of_every_package_keep_their_subcaptions_and_labels(read_body, panels):
    body = rf"\begin{{figure}}{panels}\caption{{Soils.}}\label{{m}}\end{{figure}} See \ref{{p:b}} and \ref{{m}}."
    document = read_body(body, "a.pdf", "b.pdf")
    (figure,) = document.figures
    assert [(g.file, g.subcaption) for g in figure.graphics] == [("a.pdf", "Wet"), ("b.pdf", "Dry")]
    assert (figure.caption, figure.label, figure.anchors) == ("Soils.", "Figure 1", ("m",))
    assert [(a.figure, a.panel) for a in document.passages[0].anchors] == [(1, "b"), (1, None)]
    assert document.rejects == ()


@pytest.mark.parametrize(
    "lettered",
    [
        rf"{A}{{\phantomsubcaption\label{{p:a}}}}{{\phantomsubcaption\label{{p:b}}}}",
        (
            rf"{A}\begin{{subfigure}}{{0pt}}\phantomcaption\label{{p:a}}\end{{subfigure}}"
            r"\begin{subfigure}{0pt}\phantomcaption\label{p:b}\end{subfigure}"
        ),
        rf"\begin{{subcaptiongroup}}{A}\phantomcaption\label{{p:a}}{B}\phantomcaption\label{{p:b}}\end{{subcaptiongroup}}",
        rf"\subfloat{{\label{{p:a}}}}\subfloat{{\label{{p:b}}}}{A}",
    ],
)
def test_labels_of_panels_that_are_lettered_within_the_picture_point_to_their_letter(read_body, lettered):
    body = (
        rf"\begin{{figure}}{lettered}\caption{{\subref{{p:a}} wet, \subref{{p:b}} dry.}}\end{{figure}}See \ref{{p:b}}."
    )
    document = read_body(body, "a.pdf", "b.pdf")
    (figure,) = document.figures
    assert (figure.caption, figure.graphics[0].file) == ("[REF] wet, [REF] dry.", "a.pdf")
    assert [(a.figure, a.panel) for a in document.passages[0].anchors] == [(1, "b")]


TYPED = {
    "row below": rf"\begin{{tabular}}{{cc}}{A} & {B}\\ (a) Wet clay & (b) Dry sand\end{{tabular}}",
    "row above": rf"\begin{{tabular}}{{cc}}a) Wet clay & b) Dry sand\\ {A} & {B}\end{{tabular}}",
    "minipages": (
        rf"\begin{{minipage}}{{3cm}}{A}\centering (A) Wet clay\end{{minipage}}"
        rf"\begin{{minipage}}{{3cm}}{B}\\ \textbf{{(B)}} Dry sand\end{{minipage}}"
    ),
    "lines": rf"{A}\\ (a) Wet clay \\ {B} \\ (b) Dry sand",
    "panels without a caption": (
        rf"\begin{{subfigure}}{{3cm}}{A}\\(a) Wet clay\end{{subfigure}}\begin{{subfigure}}{{3cm}}{B}\\(b) Dry sand"
        r"\end{subfigure}"
    ),
}


@pytest.mark.parametrize("inside", TYPED.values(), ids=TYPED.keys())
def test_enumerated_texts_beside_the_graphics_are_subcaptions(read_body, inside):
    (figure,) = read_body(rf"\begin{{figure}}{inside}\caption{{Soils.}}\end{{figure}}", "a.pdf", "b.pdf").figures
    assert [g.subcaption for g in figure.graphics] == ["Wet clay", "Dry sand"]
    assert figure.caption == "Soils."


UNCLEAR = {
    "only letters": rf"\begin{{tabular}}{{cc}}(a) {A} & (b) {B}\end{{tabular}}",
    "no letters": rf"\begin{{tabular}}{{cc}}Wet clay & Dry sand\\ {A} & {B}\end{{tabular}}",
    "too few": rf"\begin{{tabular}}{{cc}}{A} & {B}\\ (a) Wet clay & \end{{tabular}}",
    "too many": rf"{A}{B}\\(a) Wet\\(b) Dry\\(c) Both",
    "other order": rf"\begin{{tabular}}{{cc}}{A} & {B}\\ (b) Wet clay & (a) Dry sand\end{{tabular}}",
    "second lines": rf"{A}\\ (a) Wet \\ clay \\ {B} \\ (b) Dry \\ sand",
}


@pytest.mark.parametrize("inside", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_texts_that_do_not_tell_their_graphic_are_left_alone(read_body, inside):
    (figure,) = read_body(rf"\begin{{figure}}{inside}\caption{{Soils.}}\end{{figure}}", "a.pdf", "b.pdf").figures
    assert [g.subcaption for g in figure.graphics] == [None, None]


CAPTIONED = {
    "memoir": rf"\begin{{figure}}{A}\caption{{Seen}}\legend{{now.}}\label{{f}}\end{{figure}}",
    "KOMA-Script": rf"\begin{{figure}}\captionabove{{Seen now.}}\label{{f}}{A}\end{{figure}}",
    "captionbeside": (
        rf"\begin{{figure}}\begin{{captionbeside}}[x]{{Seen now.}}[l][\linewidth]{A}\end{{captionbeside}}"
        r"\label{f}\end{figure}"
    ),
    "captionofbeside": rf"\begin{{captionofbeside}}{{figure}}{{Seen now.\label{{f}}}}{A}\end{{captionofbeside}}",
    "memoir's sidecaption": (
        rf"\begin{{figure}}\begin{{sidecaption}}[x]{{Seen now.}}{A}\end{{sidecaption}}\label{{f}}\end{{figure}}"
    ),
    "sidecaption of sidenotes": rf"\begin{{figure}}{A}\sidecaption[x][2pt]{{Seen now.}}\label{{f}}\end{{figure}}",
    "sidecaption of aa": rf"\begin{{figure*}}\sidecaption {A}\caption{{Seen now.}}\label{{f}}\end{{figure*}}",
    "sidecaption of svmult": rf"\begin{{figure}}\sidecaption[t] {A}\caption{{Seen now.}}\label{{f}}\end{{figure}}",
    "bicaption": rf"\begin{{figure}}{A}\bicaption[x]{{看见。}}[y]{{Seen now.}}\label{{f}}\end{{figure}}",
    "ccaption": rf"\begin{{figure}}{A}\bicaption[f]{{x}}{{Seen now.}}{{Abb.}}{{Gesehen.}}\end{{figure}}",
    "bitwonumcaption": (
        rf"\begin{{figure}}{A}\bitwonumcaption[f]{{x}}{{Seen now.}}{{Abb.}}{{y}}{{Gesehen.}}\end{{figure}}"
    ),
    "captionlistentry": rf"\begin{{figure}}{A}\captionlistentry{{x}}\caption{{Seen now.}}\label{{f}}\end{{figure}}",
    "unknown caption": rf"\begin{{figure}}{A}\fcaption{{Seen now.}}\label{{f}}\end{{figure}}",
    "floatrow": (rf"\begin{{figure}}\fcapside[\FBwidth]{{\caption{{Seen now.}}\label{{f}}}}{{{A}}}\end{{figure}}"),
    "newfloatcommand": (
        r"\newfloatcommand{bigbox}{figure}[\nocapbeside][]"
        rf"\begin{{figure}}\bigbox[2cm]{{\caption{{Seen now.}}\label{{f}}}}{{{A}}}\end{{figure}}"
    ),
    "wrapfloat": rf"\begin{{wrapfloat}}{{figure}}[9]{{r}}{{3cm}}{A}\caption{{Seen now.}}\label{{f}}\end{{wrapfloat}}",
    "picins": rf"\piccaption[x]{{Seen now.\label{{f}}}}\parpic(3cm,4cm)[r]{{{A}}} The paragraph.",
    "picinpar": rf"\begin{{figwindow}}[3,c,{{{A}}},{{Seen now.\label{{f}}}}] The paragraph.\end{{figwindow}}",
    "cutwin": (
        rf"\renewcommand{{\windowpagestuff}}{{{A}\captionof{{figure}}{{Seen now.\label{{f}}}}}}"
        r"\begin{cutout}{2}{1cm}{3cm}{5}The paragraph.\end{cutout}"
    ),
    "table that holds a figure": (
        rf"\begin{{table}}\begin{{tabular}}{{c}}x\end{{tabular}}\caption{{T.}}\label{{t}}{A}"
        r"\captionof{figure}{Seen now.}\label{f}\end{table}"
    ),
}


@pytest.mark.parametrize("body", CAPTIONED.values(), ids=CAPTIONED.keys())
def test_captions_of_every_package_are_read(read_body, body):
    document = read_body(body, "a.pdf")
    (figure,) = document.figures
    assert (figure.caption, figure.label, figure.anchors) == ("Seen now.", "Figure 1", ("f",))
    assert [g.file for g in figure.graphics] == ["a.pdf"]
    assert document.rejects == ()


def test_the_text_around_a_picture_in_a_paragraph_is_running_text(read_body):
    body = rf"\begin{{figwindow}}[3,c,{{{A}}},{{Seen.\label{{f}}}}] As Fig.~\ref{{f}} shows.\end{{figwindow}}"
    assert [p.text for p in read_body(body, "a.pdf").passages] == ["As Fig. [REF] shows."]


LABELS = {
    r"\captionsetup{name=Scheme}": "Scheme 1",
    r"\captionsetup[figure]{name={Extended Data Figure}}\captionsetup[table]{name=T}": "Extended Data Figure 1",
    r"\captionsetup{figurename=Fig.}": "Figure 1",
    r"\makeatletter\renewcommand{\fnum@figure}{\textbf{Fig.~S\thefigure}:}\makeatother": "Figure S1",
    r"\floatname{figure}{Plate}": "Plate 1",
    r"\figurenum{7b}": "Figure 7b",
}


@pytest.mark.parametrize(("setup", "label"), LABELS.items())
def test_a_figure_is_called_what_is_printed_before_its_caption(read_body, setup, label):
    (figure,) = read_body(rf"{setup}\begin{{figure}}{A}\caption{{Seen.}}\end{{figure}}", "a.pdf").figures
    assert figure.label == label


TYPED_LABELS = {
    r"\caption*{\textbf{Figure S3.} Seen.}": "Figure S3",
    r"\caption*{Extended Data Fig. 2 | Seen.}": "Extended Data Fig. 2",
    r"\caption*{Seen as in Figure 3.}": None,
}


@pytest.mark.parametrize(("caption", "label"), TYPED_LABELS.items())
def test_a_number_typed_in_a_caption_without_one_is_the_figures(read_body, caption, label):
    (figure,) = read_body(rf"\begin{{figure}}{A}{caption}\end{{figure}}", "a.pdf").figures
    assert (figure.label, figure.caption.endswith(".")) == (label, True)


DECLARED = {
    r"\DeclareFloatingEnvironment[fileext=lof,name={Extended Figure}]{extra}": "Extended Figure 1",
    r"\DeclareCaptionType[within=none]{extra}[Extra Figure][List]": "Extra Figure 1",
    r"\newfloat{extra}{t}{lox}\floatname{extra}{Video}": "Video 1",
}


@pytest.mark.parametrize(("declaration", "label"), DECLARED.items())
def test_floats_that_authors_declare_have_the_name_that_they_gave_them(read_body, declaration, label):
    body = rf"\begin{{extra}}{A}\caption{{Seen.}}\end{{extra}}"
    assert [f.label for f in read_body(body, "a.pdf", preamble=declaration).figures] == [label]


def test_a_continued_figure_whose_beginning_had_no_caption_has_a_number(read_body):
    body = rf"""\begin{{figure}}\subfloat[Wet]{{{A}}}\end{{figure}}
    \begin{{figure}}\ContinuedFloat\subfloat[Dry]{{{B}}}\caption{{Soils.}}\end{{figure}}"""
    assert [f.label for f in read_body(body, "a.pdf", "b.pdf").figures] == [None, "Figure 1"]


def test_a_figure_supplement_is_a_figure_beside_its_figure(read_body):
    body = rf"""\begin{{figure}}{A}\caption{{Main.}}\label{{m}}\figsupp[x]{{More.\label{{s}}}}{{{B}}}\end{{figure}}"""
    figures = read_body(body, "a.pdf", "b.pdf").figures
    assert [(f.caption, f.label, f.anchors, [g.file for g in f.graphics]) for f in figures] == [
        ("Main.", "Figure 1", ("m",), ["a.pdf"]),
        ("More.", "Figure 1—figure supplement 1", ("s",), ["b.pdf"]),
    ]


NO_FIGURES = {
    "renamed": rf"\begin{{figure}}\renewcommand{{\figurename}}{{Table}}{A}\caption{{T.}}\end{{figure}}",
    "renamed by caption": rf"\begin{{figure}}\captionsetup{{name=Supplementary Table}}{A}\caption{{T.}}\end{{figure}}",
    "retyped": rf"\begin{{figure}}\captionsetup{{type=table}}{A}\caption{{T.}}\end{{figure}}",
    "captionof": rf"\begin{{figure}}{A}\captionof{{table}}{{T.}}\end{{figure}}",
    "typed": rf"\begin{{figure}}{A}\caption*{{Supplementary Table 1: T.}}\end{{figure}}",
    "captionof outside": rf"\begin{{center}}{A}\captionof{{algorithm}}{{T.}}\end{{center}}",
    "wraptable": rf"\begin{{wraptable}}{{r}}{{3cm}}{A}\caption{{T.}}\end{{wraptable}}",
    "wrapfloat": rf"\begin{{wrapfloat}}{{table}}{{r}}{{3cm}}{A}\caption{{T.}}\end{{wrapfloat}}",
    "floatrow": rf"\begin{{figure}}\begin{{floatrow}}\ttabbox{{\caption{{T.}}}}{{{A}}}\end{{floatrow}}\end{{figure}}",
    "floatbox": rf"\begin{{figure}}\floatbox{{table}}{{\caption{{T.}}}}{{{A}}}\end{{figure}}",
    "listing": rf"\begin{{listing}}{A}\caption{{T.}}\end{{listing}}",
    "portrait": rf"\begin{{IEEEbiography}}[{{{A}}}]{{A. Author}} writes.\end{{IEEEbiography}}",
    "caption's mark": r"\begin{figure}\fbox{Words.}\caption{The \includegraphics{a} sign.}\end{figure}",
}


@pytest.mark.parametrize("body", NO_FIGURES.values(), ids=NO_FIGURES.keys())
def test_what_is_printed_as_a_table_or_the_like_is_no_figure(read_body, body):
    document = read_body(body, "a.pdf")
    assert [g.file for f in document.figures for g in f.graphics] == []
    assert [r.reason for r in document.rejects if r.source_file == "a.pdf"] == [Reason.NOT_A_FIGURE]


def test_a_table_beside_a_figure_takes_nothing_from_it(read_body):
    body = rf"""\begin{{figure}}{A}\caption{{Seen.}}\label{{f}}
    \begin{{tabular}}{{c}}x\end{{tabular}}\captionof{{table}}{{T.}}\label{{t}}\end{{figure}}
    \begin{{figure}}\begin{{floatrow}}\ffigbox{{{B}}}{{\caption{{Again.}}}}
    \capbtabbox{{\begin{{tabular}}{{c}}x\end{{tabular}}}}{{\caption{{T.}}}}\end{{floatrow}}\end{{figure}}"""
    document = read_body(body, "a.pdf", "b.pdf")
    assert [(f.caption, f.anchors, len(f.graphics)) for f in document.figures] == [
        ("Seen.", ("f",), 1),
        ("Again.", (), 1),
    ]
    assert document.rejects == ()


def test_a_graphical_abstract_without_a_caption_is_reported(read_body):
    body = rf"\begin{{graphicalabstract}}{A}\end{{graphicalabstract}}\begin{{tocentry}}{B}\end{{tocentry}}"
    assert {(r.source_file, r.reason) for r in read_body(body, "a.pdf", "b.pdf").rejects} == {
        ("a.pdf", Reason.NO_CAPTION),
        ("b.pdf", Reason.NO_CAPTION),
    }
