"""Formulas as TeX between dollars."""

import pytest
from lxml import etree

from s1_assets.extraction.jats.maths import formula_of_mathml, formula_of_tex


def element(mathml: str):
    return etree.fromstring(f"<math>{mathml}</math>")


def rows(*tokens: str) -> str:
    return f"<mrow>{''.join(tokens)}</mrow>"


A, B, C = "<mi>a</mi>", "<mi>b</mi>", "<mn>2</mn>"

MATHML = {
    "<mi>p</mi><mo>=</mo><mi>ρ</mi><mi>g</mi><mi>h</mi>": "p=ρgh",
    f"<msub>{A}{B}</msub><msup>{A}{C}</msup>": "a_{b}a^{2}",
    f"<msubsup>{A}{B}{C}</msubsup>": "a_{b}^{2}",
    f"<msup>{rows(A, '<mo>+</mo>', B)}{C}</msup>": "{a+b}^{2}",
    f"<msup><mfenced>{A}</mfenced>{C}</msup>": "(a)^{2}",
    f"<mfrac>{A}{B}</mfrac>": r"\frac{a}{b}",
    f'<mfrac linethickness="0pt">{A}{B}</mfrac>': r"\binom{a}{b}",
    f"<msqrt>{A}{B}</msqrt><mroot>{A}{C}</mroot>": r"\sqrt{ab}\sqrt[2]{a}",
    f"<mover>{A}<mo>^</mo></mover><mover>{A}<mo>¯</mo></mover>": r"\hat{a}\bar{a}",
    f"<munder><mi>lim</mi>{A}</munder><mi>sin</mi>": r"\mathrm{lim}_{a}\mathrm{sin}",
    f"<munderover><mo>∑</mo>{A}{B}</munderover>": "∑_{a}^{b}",
    f"<mover><mo>→</mo>{A}</mover>": r"\overset{a}{→}",
    f'<mfenced open="[" close="]" separators="|">{A}{B}</mfenced>': "[a|b]",
    f'<mfenced open="{{" close="}}">{A}{B}</mfenced>': r"\{a,b\}",
    "<mtext> kg m</mtext><mn>50</mn><mo>%</mo>": r"\text{ kg m}50\%",
    f"<mtable><mtr><mtd>{A}</mtd><mtd>{B}</mtd></mtr><mtr><mtd>{C}</mtd></mtr></mtable>": (
        r"\begin{matrix} a & b \\ 2 \end{matrix}"
    ),
    f"<mmultiscripts>{A}{B}<none/><mprescripts/><none/>{C}</mmultiscripts>": "{}^{2}a_{b}",
    f"<mphantom>{A}</mphantom><mstyle><mpadded>{B}</mpadded></mstyle>": "b",
    f"{A}<mo>\u2062</mo>{B}<mspace/>{C}": "ab 2",
    f"<semantics>{A}<annotation>noise</annotation></semantics>": "a",
    f'<semantics>{A}<annotation encoding="application/x-tex">\\alpha</annotation></semantics>': r"\alpha",
}


@pytest.mark.parametrize(("mathml", "tex"), MATHML.items())
def test_mathml_is_written_as_tex(mathml, tex):
    assert formula_of_mathml(element(mathml)) == f"${tex}$"


TEX = {
    r"\alpha + 1": r"\alpha + 1",
    "$$x^2$$": "x^2",
    r"\[ x \]": "x",
    r"\documentclass{minimal}\usepackage{amsmath}\begin{document}$$ T_{\beta } $$\end{document}": r"T_{\beta}",
    r"\begin{document} x = 1 \label{e} \tag{2}": "x = 1",
    "a\n  +\n b": "a + b",
    r"5 \$ $x$": r"5 \$ x",
}


@pytest.mark.parametrize(("source", "tex"), TEX.items())
def test_tex_comes_without_its_document_and_delimiters(source, tex):
    assert formula_of_tex(source) == f"${tex}$"


@pytest.mark.parametrize("mathml", ["", "<mrow/>", "<mspace/>", "<mphantom><mi>a</mi></mphantom>", "<mfenced/><none/>"])
def test_a_formula_of_nothing_is_nothing(mathml):
    assert formula_of_mathml(element(mathml)) in {"", "$()$"}
    assert formula_of_tex("  ") == ""


def test_a_formula_nested_without_end_is_read_to_its_last_character():
    deep = "<msub><mi>a</mi>" * 120 + "<mi>x</mi>" + "</msub>" * 120
    assert formula_of_mathml(element(deep)).count("a") == 120
    assert "x" in formula_of_mathml(element(deep))
