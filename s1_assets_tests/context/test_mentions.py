import re
from typing import Any

from s1_assets.context.mentions import figure_mentions

Row = dict[str, Any]


def pair(figure: int, panel: str | None = None, caption: str = "A pump.", label: str | None = None) -> Row:
    label = label or f"Figure {figure}"
    return {"pair_id": f"{figure}{panel or ''}", "figure": figure, "panel": panel, "label": label, "caption": caption}


def passage(text: str, order: int = 0, section: str = "Results", panel: str | None = None) -> Row:
    """A paragraph whose references are written {3}: an anchor to figure 3, printed [REF]."""
    anchors = []
    while match := re.search(r"\{(\d+)(\w?)\}", text):
        text = text[: match.start()] + "[REF]" + text[match.end() :]
        panel = match.group(2) or None
        anchors.append(
            {"start": match.start(), "end": match.start() + 5, "figure": int(match.group(1)), "panel": panel}
        )
    return {"text": text, "order": order, "section": section, "anchors": anchors}


def cited(text: str, pairs: list[Row]) -> set[str]:
    return {pair_id for pair_id, mentions in figure_mentions([passage(text)], pairs).items() if mentions}


def test_the_sentence_that_cites_a_figure_is_its_mention_with_section_and_order() -> None:
    passages = [
        passage("Later, Fig. {1} is cited once more.", order=4, section="Methods > Pump"),
        passage("A pump moves water. Its flow is steady (Fig. {1}). It is cheap.", order=2),
    ]
    assert figure_mentions(passages, [pair(1)]) == {
        "1": [
            {"text": "Its flow is steady (Fig. [REF]).", "section": "Results", "order": 1},
            {"text": "Later, Fig. [REF] is cited once more.", "section": "Methods > Pump", "order": 3},
        ]
    }


def test_a_figure_without_mention_has_an_empty_list() -> None:
    assert figure_mentions([passage("Nothing is cited.")], [pair(1)]) == {"1": []}


def test_a_sentence_that_names_a_panel_goes_to_that_panel_only() -> None:
    panels = [pair(1, "a"), pair(1, "b"), pair(1, "c")]
    assert cited("Water rises (Fig. {1}b).", panels) == {"1b"}
    assert cited("Water rises (Fig. {1}(a)–(b)).", panels) == {"1a", "1b"}
    assert cited("Panels b and c of Fig. {1} show water.", panels) == {"1b", "1c"}
    assert cited("Water rises in Figs. {1a}–{1c}.", panels) == {"1a", "1b", "1c"}


def test_a_sentence_that_names_the_figure_goes_to_all_its_panels() -> None:
    assert cited("Water rises (Fig. {1}).", [pair(1, "a"), pair(1, "b"), pair(2)]) == {"1a", "1b"}


def test_a_panel_that_is_no_row_of_its_own_stands_for_the_figure() -> None:
    assert cited("Water rises (Fig. {1}d).", [pair(1, "a"), pair(1, "b")]) == {"1a", "1b"}
    assert cited("Water rises (Fig. {1}b).", [pair(1)]) == {"1"}


def test_letters_are_not_those_of_the_graphics_when_one_graphic_holds_several_panels() -> None:
    caption = "(a) One. (b) Two. (c) Three. (d) Four."
    two_files = [pair(1, "a", caption), pair(1, "b", caption)]
    assert cited("Water rises (Fig. {1}b).", two_files) == {"1a", "1b"}
    assert cited("Water rises (Fig. {1b}).", two_files) == {"1b"}


def test_a_range_means_the_figures_between_as_well() -> None:
    pairs = [pair(number) for number in range(1, 6)]
    for link in ("–", "-", " to ", " through ", "–Fig. ", "$-$", " – ", ", ..., ", "…", " bis "):
        assert cited(f"Water rises in Figs. {{2}}{link}{{4}}.", pairs) == {"2", "3", "4"}
    assert cited("Water rises in Figs. {4}–{2}.", pairs) == {"2", "3", "4"}
    assert cited("Water rises in Figs. {2}$\\sim${4}.", pairs) == {"2", "3", "4"}
    assert cited("Water rises in Figs. {2} and {4}.", pairs) == {"2", "4"}


def test_a_listing_may_mix_typed_numbers_and_references() -> None:
    pairs = [pair(number) for number in range(1, 6)]
    assert cited("Water rises in Figs. 2–{4}.", pairs) == {"2", "3", "4"}
    assert cited("Water rises in Figs. {2}–4.", pairs) == {"2", "3", "4"}
    assert cited("Water rises in Figs. {1}, 3 and {5}.", pairs) == {"1", "3", "5"}
    assert cited("Water rises in Fig. {1} and 3 others.", pairs) == {"1"}


def test_figures_that_are_compared_are_no_range() -> None:
    pairs = [pair(number) for number in range(1, 6)]
    assert cited("We compare Fig. {2} to Fig. {4}.", pairs) == {"2", "4"}
    assert cited("Fig. {2} is similar to Fig. {4}.", pairs) == {"2", "4"}
    assert cited("The pumps were compared. Figs. {2} to {4} show them.", pairs) == {"2", "3", "4"}


def test_a_figure_beside_or_around_its_panel_is_not_cited_as_a_whole() -> None:
    panels = [pair(1, "a"), pair(1, "b"), pair(2)]
    assert cited("Water rises in Fig. {1}{1b}.", panels) == {"1b"}
    assert cited("Water rises in Fig. {1}({1b}).", panels) == {"1b"}
    assert cited("Panel {1a} of Fig. {1} shows water.", panels) == {"1a"}
    assert cited("Panel {1a} of Fig. {2} shows water.", panels) == {"1a", "2"}
    assert cited("Water rises in Fig. {1}{1b} and Fig. {1}.", panels) == {"1a", "1b"}
    nested = [{"start": 15, "end": 25, "figure": 1, "panel": None}, {"start": 20, "end": 25, "figure": 1, "panel": "b"}]
    text = {"text": "Water rises in Fig. [REF].", "order": 0, "section": "", "anchors": nested}
    assert [pair_id for pair_id, rows in figure_mentions([text], panels).items() if rows] == ["1b"]


def test_a_typed_number_beside_a_citation_is_of_the_cited_work_where_the_paper_links_its_own() -> None:
    linked, typed = passage("Water rises (Fig. {1})."), passage("As Figure 1 shows, it rises [CITE].", order=1)
    assert [row["order"] for row in figure_mentions([linked, typed], [pair(1)])["1"]] == [0]
    assert [row["order"] for row in figure_mentions([typed], [pair(1)])["1"]] == [0]


def test_captions_typed_by_hand_are_no_mentions() -> None:
    assert cited("Figure 1: A pump.", [pair(1)]) == set()
    assert cited("Figure 1 shows a pump.", [pair(1)]) == {"1"}
    listed = passage("A pump as in Figure 1.", section="Figure captions")
    assert figure_mentions([listed], [pair(1)]) == {"1": []}


def test_typed_references_are_matched_through_the_printed_labels() -> None:
    pairs = [pair(1), pair(2), pair(3, label="Figure S1"), pair(4, label="Scheme 1"), pair(5, label="Figure 3")]
    assert cited("Water rises (Fig. 2).", pairs) == {"2"}
    assert cited("Water rises (Supplementary Fig. 1).", pairs) == {"3"}
    assert cited("Water rises (Scheme 1).", pairs) == {"4"}
    assert cited("Water rises (Figure 3a).", pairs) == {"5"}
    assert cited("Water rises as in Figure 2 of [CITE].", pairs) == set()


def test_an_anchor_that_covers_its_printed_text_is_read_once_with_its_panels() -> None:
    text = "Water rises (Fig. 1b)."
    anchors = [{"start": 13, "end": 20, "figure": 1, "panel": None}]
    row = {"text": text, "order": 0, "section": "", "anchors": anchors}
    mentions = figure_mentions([row], [pair(1, "a"), pair(1, "b")])
    assert [len(mentions[pair_id]) for pair_id in ("1a", "1b")] == [0, 1]


def test_a_sentence_that_stands_twice_in_the_paper_is_given_once() -> None:
    passages = [passage("See Fig. {1} again.", order=0), passage("See  Fig. {1} again.", order=1)]
    assert [row["order"] for row in figure_mentions(passages, [pair(1)])["1"]] == [0]
