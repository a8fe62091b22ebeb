from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s1_assets.context.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The flow in Fig. 3b and Figs. 4–6 follows Eq. (2) of Ref. [CITE].",
        "As Smith et al. [CITE] and J. A. Smith found, it grows (cf. Sec. 2).",
        "It works for some metals, e.g. Copper and i.e. Iron, vs. the rest.",
        "Cultures of E. coli in approx. 3 ml, i.e. No. 3, were kept at ca. 37.5 degrees.",
        "Dr. Who and Prof. Moriarty agree with App. A and Thm. 4.",
        "The sum $a. B$ and $x = \\left. y \\right.$ stay in one piece.",
        "We fill the tank (see Fig. 3. It shows the pump.) and wait.",
        "Values of 3.5 eV, .5 eV and v1.2.3 were used.",
        "It goes on ... and on … and on.",
        "See numpy.Array for how it is stored.",
        "1. First the tank is filled.",
        "As of Dec. 5 the U.S. Army used it.",
        "Methods of J. Smith, of St. John and of Smith Jr. Pumps were compared at 3 a.m. each.",
        "Die Kurve in Abb. 3, vgl. Tab. 2, gilt z.B. hier, d.h. immer.",
        "La figure montre, cf. éq. (3) et p. ex. la Fig. [REF], le flux.",
        "Es gilt z. B. hier, d. h. immer.",
        "It is large (see Fig. 1.) and grows.",
        "Proc. Natl. Acad. Sci. U.S.A. and Phys. Rev. Lett. print it.",
        "See http://a.b.org/c.html and www.Example.com for it.",
        "It is shown in Figure. [REF] and Tables. [REF] for Exp. 1 and Obs. 2.",
        "It goes on…Fig. [REF] shows it.",
        "Its steps, i.e. fill, pump, ..., drain, are in Suppl. Figs. S1–S3 resp. App. B.",
    ],
)
def test_a_stop_that_ends_nothing_splits_nothing(sentence: str) -> None:
    assert sentences(sentence) == [sentence]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Friction is small.", "The flow is large."),
        ("It settles after 12 ms.", "The bus follows within 30 ft."),
        ("Is it small?", "Yes, it is."),
        ("He said “stop.”", "Then it stopped."),
        ("(The pump can also run backwards, Fig. [REF].)", "It then drains."),
        ("It was seen before.[CITE]", "We see it again."),
        ("It was seen before. [CITE]", "We see it again."),
        ("It was seen before.", "[CITE] saw it again."),
        ("It was seen before.12,13", "We see it again."),
        ("It was seen before.$^{12}$", "We see it again."),
        ("It is in Fig. [REF].$^{3,4}$", "Cells were grown."),
        ("It was seen before.$^{12}$", "Fig. [REF] shows it."),
        ("It is shown in the figure.", "A new one follows."),
        ("The flow obeys $Q = kn \\; .$", "Here $n$ is the rate."),
        ("The flow obeys $Q = kn$.", "$Q$ is the flow."),
        ("The flow obeys $Q = kn$", "We now vary $n$."),
        ("This was seen by Smith et al.", "The effect is large."),
        ("It lies at point A.", "We go on to B."),
        ("It took 10 sec.", "The pump then stopped."),
        ("Their ratio is denoted CF.", "The mean is taken."),
        ("Mapping is fast.", "minimap2 is faster still."),
        ("Expression is low.", "p53 is a gene."),
        ("The fold is known.", "α-helices are shown."),
        ("The range is low.", "x-rays do not help."),
        ("Fig. [REF] shows it.", "3 of them are red."),
        ("It is in Appendix A.", "Pumps are listed there."),
        ("The bath is at 300 K.", "Samples are cooled."),
        ("It gave 3.5 V.", "Pumps then stopped."),
        ("It is shown in Fig. [REF]A.", "Pumps are red."),
        ("It is shown in Fig. [REF].12", "Then it stops."),
        ("图[REF]所示曲线上升。", "第二句见图[REF]。"),
        ("Results.—", "We find a flow."),
        ("Model. –", "We use a pump."),
        ("He waited ...", "Then it stopped."),
        ("It is in Fig. [REF] (see [CITE]).", "[REF] shows more."),
        ("A line was lost here.", "It follows without a blank."),
        ("One paragraph", "Another paragraph"),
    ],
)
def test_two_sentences_are_told_apart(first: str, second: str) -> None:
    blank = {"A line was lost here.": "", "Results.—": "", "One paragraph": "\n\n"}.get(first, " ")
    assert sentences(first + blank + second) == [first, second]


def test_every_character_that_is_not_blank_lies_in_one_sentence() -> None:
    text = "  A first one.  A second (with a. b) one!\n\nAnd $x. Y$ a third ( unclosed. Yes. "
    spans = split_sentences(text)
    assert "".join(text[s:e] for s, e in spans).replace(" ", "") == "".join(text.split())
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


PIECES = [
    "Fig. [REF]",
    "A",
    "it",
    "3",
    "[CITE]",
    "$x.$",
    "et al",
    "e.g",
    ".",
    "...",
    "—",
    "–",
    "”",
    "(",
    ")",
    "[",
    "]",
    ":",
    " ",
    "\n\n",
]


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_text_is_split_without_loss(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_text_without_words_has_no_sentence() -> None:
    assert split_sentences(" \n ") == []
