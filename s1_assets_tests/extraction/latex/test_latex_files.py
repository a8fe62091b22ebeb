"""The main file, its inputs, its supplements, and what is none of the paper."""

import pytest

from s1_assets.extraction.latex.read import read_latex
from s1_assets.rejects import Reason

FIGURE = r"\begin{figure}\includegraphics{a}\caption{%s}\end{figure}"


def article(text: str) -> bytes:
    return (r"\documentclass{article}\begin{document}" + text + r"\end{document}").encode()


def captions(files: dict[str, bytes], **options: bool) -> list[str]:
    return [figure.caption for figure in read_latex({"a.pdf": b"", **files}, **options).figures]


def test_without_a_document_there_is_one_reject():
    for files in ({}, {"notes.txt": b"nothing"}, {"a.tex": b"just words"}, {"b.tex": b"\xff\xfe\x00"}):
        document = read_latex(files)
        assert [r.reason for r in document.rejects] == [Reason.NO_MAIN_FILE]


CHOICES = [
    {"other.tex": article("x" * 50), "main.tex": article(FIGURE % "Right.")},
    {"sample-template.tex": article("x" * 5000), "z.tex": article(FIGURE % "Right.")},
    {"a.tex": article("x"), "b.tex": article(FIGURE % "Right."), "b.bbl": b""},
    {"part.tex": article("p"), "top.tex": article(FIGURE % "Right." + r"\subfile{part}")},
    {"._main.tex": article("x"), "__MACOSX/main.tex": article("y"), "paper.tex": article(FIGURE % "Right.")},
    {".hidden.tex": article("x"), "draft.tex~": article("y"), "p.tex": article(FIGURE % "Right.")},
    {"paper": article(FIGURE % "Right.")},
    {"first.tex": article("x"), "second.tex": article(FIGURE % "Right."), "00README.XXX": b"second.tex toplevelfile\n"},
    {"first.tex": article("x"), "second.tex": article(FIGURE % "Right."), "00README.XXX": b"first.tex ignore\n"},
    {
        "first.tex": article("x"),
        "second.tex": article(FIGURE % "Right."),
        "00README.json": b'{"sources": [{"filename": "second.tex", "usage": "toplevel"}]}',
    },
    {
        "head.tex": b"\\documentclass{article}\n\\input{body}",
        "body.tex": rb"\begin{document}" + (FIGURE % "Right.").encode(),
    },
    {"old.tex": rb"\documentstyle[epsf]{article}\begin{document}" + (FIGURE % "Right.").encode()},
    {"amstex.tex": b"\\input amstex\n" + (FIGURE % "Right.").encode() + b"\\bye"},
    {"main.tex": b"% \\documentclass{x}\n", "real.tex": article(FIGURE % "Right.")},
]


@pytest.mark.parametrize("files", CHOICES)
def test_the_main_file_is_chosen(files):
    assert captions(files) == ["Right."]


INPUTS = [
    (r"\input{part}", "part.tex"),
    (r"\input part ", "part.tex"),
    (r"\input{part.tex}", "part.tex"),
    (r"\input{./sec/part}", "sec/part.tex"),
    (r"\input sec/part_one.tex", "sec/part_one.tex"),
    (r"\include{part}", "part.tex"),
    (r"\includeonly{part}\include{part}\include{other}", "part.tex"),
    (r"\subfile{sec/part}", "sec/part.tex"),
    (r"\import{sec/}{part}", "sec/part.tex"),
    (r"\subimport*{sec/}{part.tex}", "sec/part.tex"),
    (r"\InputIfFileExists{part}{}{}", "part.tex"),
    (r"\newcommand{\load}[1]{\input{sec/#1}}\load{part}", "sec/part.tex"),
    (r"\input{Part}", "part.tex"),
    (r"\input{\jobpart}\def\x{}", "part.tex"),
]


@pytest.mark.parametrize(("command", "path"), INPUTS)
def test_inputs_are_read_in_place(command, path):
    main = (
        rb"\documentclass{article}\def\jobpart{part}\begin{document}"
        + command.encode()
        + (FIGURE % "After.").encode()
        + b"\\end{document}"
    )
    files = {"main.tex": main, path: (FIGURE % "Inside.").encode(), "other.tex": (FIGURE % "Left out.").encode()}
    assert captions(files) == ["Inside.", "After."]


def test_files_of_an_imported_folder_are_found_there():
    main = article(r"\subimport{sec/}{part}")
    part = rb"\input{deep}\begin{figure}\includegraphics{own}\caption{Own.}\end{figure}"
    document = read_latex(
        {"main.tex": main, "sec/part.tex": part, "sec/deep.tex": b"", "sec/own.png": b"", "own.png": b""}
    )
    assert document.figures[0].graphics[0].file == "sec/own.png"


def test_a_complete_document_among_the_inputs_gives_its_body():
    part = rb"\documentclass[main]{subfiles}\begin{document}" + (FIGURE % "Sub.").encode() + rb"\end{document} dead"
    assert captions({"main.tex": article(r"\subfile{part}" + FIGURE % "After."), "part.tex": part}) == [
        "Sub.",
        "After.",
    ]


def test_input_loops_end():
    files = {
        "main.tex": article(FIGURE % "A." + r"\input{x}" + FIGURE % "B."),
        "x.tex": rb"\input{y}",
        "y.tex": rb"\input{x}\input{main}",
    }
    assert captions(files) == ["A.", "B."]


def test_concatenating_an_input_changes_nothing():
    parts = [FIGURE % "One.", r"\section{S} See Figure 1." + "\n\n", FIGURE % "Two."]
    split = {"main.tex": article(r"\input{p0}\input{p1}\input{p2}")}
    split |= {f"p{number}.tex": part.encode() for number, part in enumerate(parts)}
    whole = {"main.tex": article("".join(parts))}
    assert read_latex(split | {"a.pdf": b""}) == read_latex(whole | {"a.pdf": b""})


def test_definitions_of_local_packages_and_classes_are_used():
    main = rb"\documentclass{own}\usepackage{extra,graphicx}\begin{document}\shot{a}{\brand}\end{document}"
    files = {
        "main.tex": main,
        "own.cls": rb"\LoadClass{article}\newcommand{\brand}{Brand}\renewcommand{\caption}[1]{broken}"
        rb"\def\section{\@startsection}",
        "extra.sty": rb"\newcommand{\shot}[2]{\begin{figure}\includegraphics{#1}\caption{#2.}\end{figure}}",
    }
    assert captions(files) == ["Brand."]


def test_supplements_come_after_the_paper():
    supplement = (
        rb"\documentclass{article}\renewcommand{\thefigure}{S\arabic{figure}}\begin{document}"
        + (FIGURE % "Extra.").encode()
    )
    main = article(FIGURE % "Main." + r"\externaldocument{more}")
    files = {
        "main.tex": main,
        "supplement.tex": supplement,
        "more.tex": article(FIGURE % "More."),
        "cover_letter.tex": article("x"),
    }
    document = read_latex(files | {"a.pdf": b""}, with_supplements=True)
    assert [(f.number, f.label, f.caption) for f in document.figures] == [
        (1, "Figure 1", "Main."),
        (2, "Supplementary Figure 1", "More."),
        (3, "Figure S1", "Extra."),
    ]
    assert captions(files) == ["Main."]


def test_graphics_of_files_that_the_paper_does_not_read_are_rejects():
    supplement = rb"\documentclass{article}\begin{document}\input{part}\includegraphics{b}\end{document}"
    files = {
        "main.tex": article(FIGURE % "Main."),
        "supplement.tex": supplement,
        "part.tex": rb"\includegraphics{a}\includegraphics{c}",
        "old/draft.tex": rb"\begin{figure}\includegraphics{gone}\caption{Old.}\end{figure}",
        "a.pdf": b"",
        "b.pdf": b"",
        "c.pdf": b"",
    }
    rejects = {(reject.reason, reject.source_file) for reject in read_latex(files).rejects}
    assert rejects == {(Reason.NOT_TYPESET, name) for name in ("b.pdf", "c.pdf", "gone")}
