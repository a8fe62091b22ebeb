r"""Endless and outsized sources: the reader stops after a bounded number of steps and goes on behind, and says so."""

import tracemalloc

import pytest

from s1_assets.extraction.document import Document
from s1_assets.extraction.latex.definitions import DEFINERS
from s1_assets.extraction.latex.expandables import EXPANDABLES
from s1_assets.extraction.latex.gullet import Gullet
from s1_assets.extraction.latex.input_stack import FUEL
from s1_assets.extraction.latex.kernel import kernel
from s1_assets.extraction.latex.macros import MAX_MEANINGS, Macro, MacroTable, Terms
from s1_assets.extraction.latex.tokens import Categories
from s1_assets.rejects import Reason

LAUGHS = "".join(rf"\def\{chr(98 + n)}{{{(chr(92) + chr(97 + n)) * 10}}}" for n in range(12))
ENDLESS = {
    "itself": r"\def\x{\x}\x",
    "growing": r"\def\x{a\x b}\x",
    "doubling": r"\def\a{\b\b}\def\b{\c\c}\def\c{\d\d}\def\d{\e\e}\def\e{\f\f}\def\f{\g\g}\def\g{\a}\a",
    "billion laughs": rf"\def\a{{xxxxxxxxxx}}{LAUGHS}\m",
    "long words": rf"\def\a{{{'x' * 4000}}}{LAUGHS}\m",
    "edef": r"\def\x{y}" + r"\edef\x{\x\x\x\x}" * 40 + r"\x",
    "argument": r"\def\x#1{\x{#1#1}}\x{ab}",
    "many arguments": rf"\def\x#1{{{'#1' * 20_000}}}\x{{{'y{}' * 20_000}}}",
    "default of an argument": rf"\NewDocumentCommand\x{{mO{{{'#1' * 20_000}}}}}{{#2}}\x{{{'y{}' * 20_000}}}",
    "environment": r"\newenvironment{e}{\begin{e}}{\end{e}}\begin{e}",
    "collected environment": r"\NewEnviron{e}{\BODY\BODY}" + r"\begin{e}" * 30 + "x" + r"\end{e}" * 30,
    "caption": r"\def\x{\caption{\x}}\x",
    "nested boxes": r"\def\x{\parbox{1cm}{\x}}\x",
    "stored boxes": r"\sbox0{x}" + r"\setbox1\hbox{\copy0\copy0}\setbox0\hbox{\copy1\copy1}" * 30 + r"\usebox0",
    "conditional": r"\def\x{\iftrue\x\fi}\x",
    "csname": r"\def\x{\csname x\endcsname}\x",
    "expandafter": r"\def\x{\expandafter\x\x}\x",
    "loop": r"\loop x\iftrue\repeat",
    "whiledo": r"\whiledo{1<2}{x}",
    "counting": r"\def\x#1{\expandafter\x\expandafter{\number\numexpr#1+1}}\x1",
    "foreach": r"\foreach \a in {1,...,999}{\foreach \b in {1,...,999}{\foreach \c in {1,...,999}{x}}}",
    "append": r"\makeatletter\def\x{\g@addto@macro\x{\x\x}\x}\x",
    "token list": r"\toks0={x}" + r"\toks0=\expandafter{\the\toks0 \the\toks0 }" * 40 + r"\the\toks0",
    "letter case": r"\def\x{\uppercase{\x}}\x",
    "active character": r"\catcode`\|=13 \def|{||}|\catcode`\|=12 ",
    "label": r"\def\x{\label{\x}}\x",
    "mathematics": r"$\def\x{a\x}\x",
}  # fmt: skip


@pytest.mark.parametrize("bomb", ENDLESS.values(), ids=ENDLESS.keys())
def test_an_endless_macro_is_cut_off_and_reading_goes_on(read_body, bomb):
    after = r"}}}$ \par\begin{figure}\includegraphics{a}\caption{After.}\end{figure}"
    document = read_body(bomb + "\n\n" + after, "a.pdf")
    if bomb != ENDLESS["mathematics"]:
        assert [figure.caption for figure in document.figures][-1:] == ["After."]


EXPANDING = ("itself", "growing", "doubling", "billion laughs", "long words", "argument", "conditional", "csname")
EXPANDING += ("expandafter", "loop", "whiledo", "append", "active character")


@pytest.mark.parametrize("bomb", EXPANDING)
def test_one_expansion_costs_a_bounded_number_of_steps(bomb):
    gullet = Gullet(EXPANDABLES, DEFINERS)
    gullet.macros.update(kernel())
    gullet.open_file(ENDLESS[bomb] + " after\n", "main.tex", "")
    delivered: list[str] = []
    while (token := gullet.next()) is not None:
        if token in DEFINERS:
            DEFINERS[token](gullet, Terms())
        else:
            delivered.append(token)
    assert delivered[-1].strip() == "after"
    assert gullet.overflows == 1
    assert gullet.work < 1.5 * FUEL


@pytest.mark.parametrize(
    "bomb", ["long words", "edef", "many arguments", "default of an argument", "token list", "label"]
)
def test_a_bomb_needs_little_memory(read_body, bomb):
    read_body("warm")
    tracemalloc.start()
    read_body(ENDLESS[bomb])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60_000_000


ROWS = [r"{" * 100_000, r"\begin{center}" * 20_000, r"\parbox{1cm}{" * 5_000, r"\iftrue" * 50_000, r"\caption{" * 5_000]
ROWS += [r"\begin{figure}" * 5_000, r"$" * 50_001, r"\textbf{" * 5_000, r"\'" * 20_000, r"\expandafter" * 20_000]
ROWS += [r"\subfloat[" * 5_000, r"\csname" * 5_000, r"\ifnum" * 5_000, r"\edef\x{" * 5_000, "#" * 50_000, "[" * 50_000]
ROWS += ["\\begin{figure}" + r"\includegraphics{a}\caption{b}" * 5_000 + r"\end{figure}"]
ROWS += [r"\def\x#1z{}\x " + "y" * 200_000, r"\the\value{" * 2_000, r"\SI{" * 2_000, r"\rotatebox{" * 2_000]
ROWS += [r"\number\numexpr" + "(" * 20_000, r"\ifthenelse{" + r"\(" * 20_000, r"\uppercase{" * 5_000, "{\\def" * 20_000]
ROWS += [r"\hskip" + "9" * 100_000, r"\number" + "-" * 100_000, r"\newcount\n\n=3 " + r"\multiply\n by\n" * 5_000]
ROWS += [rf"\def\x#1{'a' * 2000}b{{}}" + rf"\x {'a' * 2000}" * 20, r"\foreach" * 10_000, r"\sbox0{\copy0" * 5_000]
ROWS += [r"\catcode`\|=13 \catcode`\|=12 " * 5_000, r"\begin{tikzpicture}" * 5_000, r"\begin{lstlisting}" * 5_000]
ROWS += [r"\patchcmd\x{a}{aa}{}{}" * 5_000, r"\def\x{a}" + r"\appto\x{aaaaaaaa}" * 5_000, r"\fi" * 50_000]
ROWS += ["\\" * 50_000]


@pytest.mark.parametrize("source", ROWS, ids=lambda source: source[:14])
def test_deep_nesting_and_long_rows_end(read_body, source):
    assert isinstance(read_body(source, "a.pdf"), Document)


NOTED = {
    "200,000 tokens": r"\def\x{\x}\x",
    "without an end": r"\def\x{\x}" + r"\x " * 20,
    "3,000,000 tokens": (r"\foreach \i in {1,...,900}{" + "x{}" * 60 + "}") * 30,
    "expansions one in another": r"\number" * 100 + "1",
    "arguments one in another": r"\textbf{\footnote{" * 100,
    "environments one in another": r"\begin{center}" * 600,
    "a definition of more than": r"\def\x{" + "x{}" * 40_000 + "}",
    "1000 inputs": "".join(rf"\input{{f{number}}}" for number in range(1100)),
    "1000 turns": r"\foreach \i in {1,...,2000}{x}",
    "10,000 graphics": r"\includegraphics{a}" * 10_001,
    "the end of the input before that of a conditional": r"\iffalse",
    "the end of the input before that of an argument": r"\footnote{",
    "the end of the input before that of an environment": r"\begin{verbatim}",
}  # fmt: skip


@pytest.mark.parametrize(("words", "body"), NOTED.items(), ids=NOTED.keys())
def test_a_limit_that_was_met_is_told_of(read_body, words, body):
    rejects = [reject for reject in read_body(body, "a.pdf").rejects if reject.reason is Reason.READING_LIMIT]
    assert words in rejects[0].detail
    assert (rejects[0].figure, rejects[0].source_file) == (None, None)


def test_a_full_table_of_meanings_says_so():
    told: list[str] = []
    table = MacroTable(Categories(), told.append)
    for number in range(MAX_MEANINGS + 1):
        table.define(f"\\a{number}", Macro((), ()))
    assert told == [f"more than {MAX_MEANINGS:,} definitions"]


def test_a_package_without_an_end_costs_the_paper_nothing_but_what_the_package_defines(read_body):
    package = r"\newcommand\before{Before}\def\x{\x}\x\newcommand\behind{Behind}"
    body = r"\begin{figure}\includegraphics{a}\caption{\before\behind.}\end{figure}"
    document = read_body(body, "a.pdf", preamble=r"\usepackage{p}", files={"p.sty": package})
    assert [figure.caption for figure in document.figures] == ["Before."]
    assert ["a package or class" in reject.detail for reject in document.rejects] == [True]
