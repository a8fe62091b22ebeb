from itertools import pairwise

import pytest

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
        ("The flow obeys $Q = kn \\; .$", "Here $n$ is the rate."),
        ("The flow obeys $Q = kn$.", "$Q$ is the flow."),
        ("The flow obeys $Q = kn$", "We now vary $n$."),
        ("This was seen by Smith et al.", "The effect is large."),
        ("It lies at point A.", "We go on to B."),
        ("It took 10 sec.", "The pump then stopped."),
        ("Mapping is fast.", "minimap2 is faster still."),
        ("A line was lost here.", "It follows without a blank."),
        ("One paragraph", "Another paragraph"),
    ],
)
def test_two_sentences_are_told_apart(first: str, second: str) -> None:
    blank = {"A line was lost here.": "", "One paragraph": "\n\n"}.get(first, " ")
    assert sentences(first + blank + second) == [first, second]


def test_every_character_that_is_not_blank_lies_in_one_sentence() -> None:
    text = "  A first one.  A second (with a. b) one!\n\nAnd $x. Y$ a third ( unclosed. Yes. "
    spans = split_sentences(text)
    assert "".join(text[s:e] for s, e in spans).replace(" ", "") == "".join(text.split())
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_text_without_words_has_no_sentence() -> None:
    assert split_sentences(" \n ") == []
