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


STANDALONE = rb"\documentclass[tikz]{standalone}\begin{document}x\end{document}"
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
    {"main.tex": b"%auto-ignore\n" + article("x" * 500), "z.tex": article(FIGURE % "Right.")},
    {"template.tex": article(FIGURE % "Right."), "template.bbl": b"", "art.tex": STANDALONE, "demo.tex": article("x")},
    {"supplement.tex": article("s" * 500), "supplement.bbl": b"", "p.tex": article(FIGURE % "Right.")},
    {"PAPER.TEX": article(FIGURE % "Right.")},
    {"paper.latex": article(FIGURE % "Right.")},
    {"paper.v2": article(FIGURE % "Right."), "refs.bib": b"@x{\\documentclass{y}\\begin{document}}", "own.cls": b""},
    {"#p.tex#": article("x"), ".#p.tex": article("y"), "p.tex.old": article("z"), "p.tex": article(FIGURE % "Right.")},
]


@pytest.mark.parametrize("files", CHOICES)
def test_the_main_file_is_chosen(files):
    assert captions(files) == ["Right."]


READMES = {
    "00README.yaml": "process:\n  compiler: pdflatex\nsources:\n  - filename: ./second.tex\n    usage: toplevel\n",
    "00README.json": '{"sources": [{"filename": "second.tex", "usage": "toplevel"}]}',
    "00README.toml": '[[sources]]\nfilename = "second.tex"\nusage = "toplevel"\n',
    "00README.XXX": "first.tex ignore\n",
    "00readme": "second.tex toplevelfile\n",
}


@pytest.mark.parametrize(("name", "content"), READMES.items())
def test_the_main_file_is_what_arxiv_was_told(name, content):
    files = {"first.tex": article("x" * 500), "second.tex": article(FIGURE % "Right.")}
    assert captions(files | {name: content.encode()}) == ["Right."]


def test_several_top_level_files_make_one_paper():
    told = b'{"sources": [{"filename": "b.tex", "usage": "toplevel"}, {"filename": "a.tex", "usage": "toplevel"}]}'
    files = {"a.tex": article(FIGURE % "One."), "b.tex": article(FIGURE % "Two."), "00README.json": told}
    assert captions(files) == ["One.", "Two."]


@pytest.mark.parametrize("content", [b"a: [b", b"&a [*a, *a]", b"\xff\xfe", b"sources: 3", b"- 1", b"{" * 1500])
def test_a_broken_00readme_is_passed_over(content):
    for name in ("00README.yaml", "00README.json", "00README.toml", "00README.XXX"):
        assert captions({"p.tex": article(FIGURE % "Right."), name: content}) == ["Right."]


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
    (r"\input{\jobname-part}", "main-part.tex"),
    (r"\input{./sec//../sec/part}", "sec/part.tex"),
    (r"\input{../part}", "part.tex"),
    (r'\input{"my part"}', "my part.tex"),
    (r"\makeatletter\@input{part}", "part.tex"),
    (r"\CatchFileDef{\caught}{part.tex}{}\caught", "part.tex"),
    (r"\IfFileExists{part}{\input{part}}{\input{other}}", "part.tex"),
    (r"\IfFileExists{none.tex}{\input{other}}{\input{part}}", "part.tex"),
    (r"\AtBeginDocument{\input{part}}", "part.tex"),
    (r"\foreach \x in {part}{\input{\x}}", "part.tex"),
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


def test_a_file_that_the_paper_writes_itself_is_read():
    main = rb"""\begin{filecontents*}[overwrite]{part.tex}
    \begin{figure}\includegraphics{a}\caption{Inside.}\end{figure}
    \end{filecontents*}\documentclass{article}\begin{document}\input{part}\end{document}"""
    assert captions({"main.tex": main}) == ["Inside."]


SHOT = r"\begin{figure}\includegraphics{#1}\caption{#2.}\end{figure}"
PACKAGES = {
    "internals": rf"\newif\ifp@on \p@ontrue \def\shot{{\ifp@on\expandafter\p@shot\fi}}\def\p@shot#1#2{{{SHOT}}}",
    "optional arguments": r"\def\shot{\@ifnextchar[{\p@shot}{\p@shot[x]}}\def\p@shot[#1]#2#3{\p@put{#2}{#3}}"
    rf"\def\p@put#1#2{{{SHOT}}}",
    "floats by type": r"\def\shot#1#2{\@float{figure}[t]\includegraphics{#1}\caption{#2.}\end@float}",
    "options": rf"\DeclareOption{{on}}{{\newcommand\shot[2]{{{SHOT}}}}}\DeclareOption*{{}}\ProcessOptions\relax",
    "hooks": rf"\AtBeginDocument{{\newcommand\shot[2]{{{SHOT}}}}}",
    "another package": r"\RequirePackage{deeper}",
    "expl3": r"\ProvidesExplPackage{p}{2024/01/01}{1}{x} \NewDocumentCommand \shot { m m } { \p_shot:nn {#1} {#2} }"
    r"\cs_new:Npn \p_shot:nn #1#2 { \begin{figure} \includegraphics{#1} \caption{#2.} \end{figure} }",
    "a loop without an end before": rf"\newcommand\shot[2]{{{SHOT}}}\def\x{{\x}}\x",
    "unknown conditionals": rf"\ifsomething\else\newcommand\shot[2]{{{SHOT}}}\fi\ifnotclosed",
    "known commands": rf"\newcommand\shot[2]{{{SHOT}}}\def\caption#1{{broken}}\renewenvironment{{figure}}{{}}{{}}",
}  # fmt: skip


@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES.keys())
def test_a_local_package_is_carried_out_for_what_it_defines(package):
    main = rb"\documentclass{article}\usepackage[on]{p}\begin{document}\shot{a}{Shot}\end{document}"
    deeper = rf"\newcommand\shot[2]{{{SHOT}}}\title{{No title}}\includegraphics{{a}}"
    files = {"main.tex": main, "p.sty": package.encode(), "deeper.sty": deeper.encode()}
    document = read_latex({"a.pdf": b"", **files})
    assert [(figure.label, figure.caption) for figure in document.figures] == [("Figure 1", "Shot.")]
    assert document.title == ""


def test_a_class_decides_how_figures_are_numbered():
    own = rb"\LoadClass{book}\@addtoreset{figure}{section}\renewcommand\thefigure{\thesection--\@arabic\c@figure}"
    body = rb"\section{A}" + (FIGURE % "One.").encode() + rb"\section{B}" + (FIGURE % "Two.").encode()
    main = rb"\documentclass{own}\begin{document}" + body + rb"\end{document}"
    document = read_latex({"main.tex": main, "own.cls": own, "a.pdf": b""})
    assert [figure.label for figure in document.figures] == ["Figure 1–1", "Figure 2–1"]


ENCODINGS = {
    "utf-8": ("", "Größe, naïve – “so”"),
    "utf-8-sig": ("", "Größe"),
    "utf-16": ("", "Größe"),
    "cp1252": ("", "Größe – “so”"),
    "latin-1": (r"\usepackage[latin1]{inputenc}", "Größe"),
    "iso8859-2": (r"\usepackage[T1]{fontenc}\usepackage[latin2]{inputenc}", "Łódź, żółć"),
    "iso8859-15": (r"\usepackage[latin9]{inputenc}", "5 € für Œuvre"),
    "cp1250": (r"\usepackage[cp1250]{inputenc}", "Šumava"),
    "cp1251": (r"\usepackage[cp1251]{inputenc}", "Рисунок"),
    "koi8-r": (r"\usepackage[koi8-r]{inputenc}", "Рисунок"),
    "mac-roman": (r"\usepackage[applemac]{inputenc}", "Größe – naïve"),
    "gbk": (r"\begin{CJK}{GBK}{song}", "图像"),
}


@pytest.mark.parametrize(("codec", "how"), ENCODINGS.items(), ids=ENCODINGS.keys())
def test_a_caption_reads_the_same_in_any_encoding(codec, how):
    declared, caption = how
    main = article(r"\input{part}").decode().replace(r"\begin{document}", declared + r"\begin{document}")
    assert captions({"main.tex": main.encode(), "part.tex": (FIGURE % caption).encode(codec)}) == [caption]


def test_a_stray_byte_does_not_spoil_a_file():
    assert captions({"main.tex": article(FIGURE % "Größe äöü") + b"% caf\xe9"}) == ["Größe äöü"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_system_and_control_characters_are_read(line_end):
    text = "%x\n\\begin{figure}\n\\includegraphics{a}%\n\\caption{Two\nli\0nes\x1a.}\\end{figure}\n"
    assert captions({"main.tex": article(text.replace("\n", line_end))}) == ["Two lines."]


NAMES = {
    "./fig//b": "fig/b.png", "../fig/b": "fig/b.png", "/home/me/fig/b.png": "fig/b.png", "Fig/B": "fig/b.PNG",
    "my fig": "my fig.png", '"my fig"': "my fig.png", '"my fig".png': "my fig.png", "my\nfig": "my fig.png",
    "fig.1": "fig.1.png", "{b.c}.png": "b.c.png", "b.eps": "b.pdf", "x/../fig/b": "fig/b.jpg", "b_1": "b_1.png",
    r"b\_1": "b_1.png", r"\detokenize{b_1}": "b_1.png", r"b\string_1": "b_1.png", "b%\n": "b.png", "é": "e\u0301.png",
    r"\here b": "sub/b.png", "b.PDF": "b.pdf", r"b\space c": "b c.png",
}  # fmt: skip


@pytest.mark.parametrize(("written", "path"), NAMES.items())
def test_a_graphic_is_found_however_its_name_is_written(written, path):
    figure = rf"\def\here{{sub/}}\begin{{figure}}\includegraphics{{{written}}}\caption{{C.}}\end{{figure}}"
    (found,) = read_latex({"main.tex": article(figure), path: b"", "other.png": b""}).figures
    assert [graphic.file for graphic in found.graphics] == [path]


@pytest.mark.parametrize(
    "paths",
    ["{fig/}", "{{a/}{fig/}}", "{{./fig/}}", "{a/,fig/}", "{{../fig/}}", "{ {fig/} }", '{{"fig/"}}', r"{\here}"],
)
def test_graphics_are_looked_for_where_graphicspath_says(paths):
    figure = r"\begin{figure}\includegraphics{b}\caption{C.}\end{figure}"
    figure = rf"\def\here{{fig/}}\graphicspath{paths}{figure}"
    (found,) = read_latex({"main.tex": article(figure), "fig/b.png": b"", "x/b.png": b""}).figures
    assert found.graphics[0].file == "fig/b.png"


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
