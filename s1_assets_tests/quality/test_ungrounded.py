import json
from pathlib import Path

import pytest

from s1_assets.quality.ungrounded import KINDS, find_ungrounded

SOURCES = (
    "Flow of the pump at 3 m and 25 °C. (a) Side view. (b–d) Sections, scale bar $10\\,\\mu\\mathrm{m}$.",
    "Pumps after the flood",
    "We use magnetic resonance imaging (12 Hz) and the alpha test of CO$_2$ in GRCh38.",
    "It loses 40 percent at rate $\\lambda$ (Fig. [REF]e).",
)


def found(recaption: str, panel: str | None = None) -> list[tuple[str, str]]:
    _, ungrounded = find_ungrounded(recaption, SOURCES, ("Time (ns)", "RGB"), panel)
    assert all(recaption[one.start : one.end] == one.text for one in ungrounded)
    return [(one.kind, one.text) for one in ungrounded]


@pytest.mark.parametrize(
    ("invention", "kind", "text"),
    [
        ("It falls after 41 days.", "number", "41"),
        ("The pump stands 3 km away.", "unit", "km"),
        ("It runs at 12 kHz.", "unit", "kHz"),
        ("It is heated to 25 K.", "unit", "K"),
        ("It flows at 3 m s$^{-1}$.", "unit", "s"),
        ("It weighs 12 mg/mL.", "unit", "mg"),
        ("It is 3 decibels, or 3 dB.", "unit", "dB"),
        ("Panel F shows the valve.", "panel", "F"),
        ("The valve is open. (g) It is shut.", "panel", "g"),
        ("In (h), it is shut.", "panel", "h"),
        ("Panels a and k differ.", "panel", "k"),
        ("As Fig. 2j shows, it is shut.", "panel", "j"),
        ("It was found by PCR.", "acronym", "PCR"),
        ("The reads map to mm10 and T2T-CHM13.", "acronym", "CHM13"),
        ("It beats ResNet50 by far.", "acronym", "ResNet50"),
        ("The GPUs are idle.", "acronym", "GPUs"),
        ("It grows with β.", "symbol", "β"),
        ("It grows with $\\Gamma_0$.", "symbol", "\\Gamma"),
        ("It grows with Λ.", "symbol", "Λ"),
    ],
)
def test_an_invention_is_named_with_its_kind_and_its_place(invention: str, kind: str, text: str) -> None:
    assert (kind, text) in found(invention)


@pytest.mark.parametrize(
    "recaption",
    [
        "The flow is 3 metres at 25 degrees Celsius, measured in 12 hertz.",
        "The bar is 10 μm, or 10 µm, or $10\\mu$m, or 10 micrometers.",
        "It loses 40 % of 3 m within 12 ns.",
        "Panels a, b and c–d show sections; panel (e) is cited.",
        "(b) Sections. In (c), more of them.",
        "An MRI shows CO2 and GRCh38 in the RGB image.",
        "It grows with λ and \\alpha.",
        "The time (s) and the temperature (K) of phase II.",
        "The panel a reader sees first.",
        "A 3D view of Fig. 3 A, the 3d shell and 12 K-means runs.",
    ],
)
def test_what_a_source_says_in_any_spelling_is_no_invention(recaption: str) -> None:
    assert found(recaption) == []


@pytest.mark.parametrize(
    ("recaption", "source"),
    [
        ("CO2 and H2O rise.", "CO₂ and H₂O"),
        ("Mean and SD.", "mean and s.d."),
        ("Mean and SD.", "mean and standard deviation"),
        ("An RF is trained.", "a random forest"),
        ("The SNR falls.", "the signal-to-noise ratio"),
        ("The ROI is marked.", "the region of interest"),
        ("CO is bound.", "CO2 is bound"),
        ("GRC reads.", "GRCh38 reads"),
        ("The US grows.", "the US grows"),
        ("IL6 and IL-6 rise.", "IL-6 rises"),
        ("A pressure of 5 mmHg.", "5 mm Hg"),
        ("A field of 5 Oe on 5 ha.", "5 oersted, 5 hectares"),
    ],
)
def test_an_acronym_is_grounded_by_its_words_and_a_unit_by_its_name(recaption: str, source: str) -> None:
    assert find_ungrounded(recaption, [source])[1] == []


@pytest.mark.parametrize(
    ("recaption", "sources"),
    [
        ("37 °C", ["37 ˚C", "37 ◦C", "37 ∘C", "37 ºC", "37 ℃", "37\\textdegree C", "37\\textdegree{} C"]),
        ("37 °C", ["\\SI{37}{\\celsius}", "\\SI{37}{\\degreeCelsius}", "37 \\textcelsius", "37$^\\circ$C"]),
        ("5°", ["\\ang{5}", "5 ˚", "5\\textdegree"]),
        ("5 Å", ["5 \u212b", "5 A\u030a", "5 \\AA"]),
        ("5 A\u030a", ["5 \u212b", "5 Å"]),
        ("5 µm", ["\\SI{5}{\\micro\\metre}", "\\SI{5}{\\micro \\meter}", "\\SI{5}{\\um}", "5 ㎛"]),
        ("5 kΩ m/s", ["\\SI{5}{\\kilo\\ohm\\metre\\per\\second}"]),
    ],
)
def test_a_unit_is_grounded_by_its_macros_and_by_signs_that_look_alike(recaption: str, sources: list[str]) -> None:
    assert [source for source in sources if find_ungrounded(recaption, [source])[1]] == []


@pytest.mark.parametrize(
    ("recaption", "source"),
    [("5 µm", "\\SI{5}{\\milli\\metre}"), ("5 °C", "\\SI{5}{\\kelvin}"), ("5 Å", "5 A"), ("5 A", "5 A\u030a")],
)
def test_another_unit_in_macros_or_signs_grounds_none(recaption: str, source: str) -> None:
    assert [one.kind for one in find_ungrounded(recaption, [source])[1]] == ["unit"]


@pytest.mark.parametrize(
    ("recaption", "source", "invented"),
    [
        ("CT is shown.", "CTCF is shown", "CT"),
        ("The ER is shown.", "ERK1 is shown", "ER"),
        ("MS is shown.", "MSE is shown", "MS"),
        ("The clone AB1 is shown.", "AB12 is shown", "AB1"),
        ("The US grows.", "it tells us that it grows", "US"),
        ("An AND gate.", "this and that gate", "AND"),
        ("An IE gate.", "a gate, i.e. a door", "IE"),
        ("An RF is trained.", "random and forested", "RF"),
        ("It is 5 mmHg.", "5 mm", "mmHg"),
        ("It is 5 U/mL.", "5 IU in 1 mL", "U"),
        ("It is 5 Oe.", "5 of them", "Oe"),
        ("It is 5 ha.", "5 of them", "ha"),
    ],
)
def test_a_likeness_grounds_neither_acronym_nor_unit(recaption: str, source: str, invented: str) -> None:
    assert [one.text for one in find_ungrounded(recaption, [source])[1]] == [invented]


def test_the_panel_that_the_recaption_is_of_may_be_named() -> None:
    assert found("Panel h shows it.") == [("panel", "h")]
    assert found("Panel h shows it.", panel="h") == []


def test_several_kinds_come_in_the_order_of_the_text() -> None:
    assert [kind for kind, _ in found("By PCR at 77 kHz, panel k has β.")] == [
        *("acronym", "number", "unit", "panel", "symbol")
    ]
    assert set(KINDS) == {"number", "unit", "panel", "acronym", "symbol"}


@pytest.mark.parametrize(
    "piece", [" ", "a", "A", "aA ", "5 ", "(a", "a, ", "Fig. 1", "µ ", "\\mu", "\\rm ", "$^{-", "degree "]
)
def test_a_text_without_end_is_examined_all_the_same(piece: str) -> None:
    _, ungrounded = find_ungrounded(f"In 5 m {piece * 5_000}", [f"It is 5 m {piece * 5_000}"])
    assert ungrounded == []


def test_the_share_is_over_numbers_only() -> None:
    grounding, _ = find_ungrounded("At 3 m and 7 km by PCR.", SOURCES)
    assert grounding.share == 0.5


def test_captions_and_sentences_of_real_papers_are_grounded_in_themselves(shared_data: Path) -> None:
    texts = alarms = 0
    for name in ("gold_latex.jsonl", "gold_jats.jsonl"):
        for paper in map(json.loads, (shared_data / name).read_text().splitlines()):
            for figure in paper["figures"]:
                cited = figure.get("mentions") or [citation["sentence"] for citation in figure.get("citations", ())]
                for text in (figure["caption"], *cited):
                    texts, alarms = texts + 1, alarms + len(find_ungrounded(text, [text])[1])
    assert texts > 500
    assert alarms == 0
