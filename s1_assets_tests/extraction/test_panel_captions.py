"""Captions that enumerate their panels, and what each panel gets of them."""

import pytest

from s1_assets.extraction.document import Figure, Graphic
from s1_assets.extraction.panel_captions import parts_of, take_apart, with_subcaptions


@pytest.mark.parametrize(
    ("caption", "shared", "parts"),
    [
        ("A pump. (a) Side view. (b) Front view.", "A pump.", {"a": "Side view.", "b": "Front view."}),
        ("a) Side; b) front.", "", {"a": "Side", "b": "front."}),
        ("A pump. a, Side. b, Front.", "A pump.", {"a": "Side.", "b": "Front."}),
        ("(a,b) Two views. (c) A third.", "", {"a": "Two views.", "b": "Two views.", "c": "A third."}),
        ("(a)–(c) Three views. (d) A cut.", "", {**dict.fromkeys("abc", "Three views."), "d": "A cut."}),
        ("Panel A: side. Panel B: front.", "", {"a": "side.", "b": "front."}),
        ("(A) Side, (B) front, and (C) top.", "", {"a": "Side", "b": "front", "c": "top."}),
        ("(a) Side view (b) Front view", "", {"a": "Side view", "b": "Front view"}),
        ("Two soils (a) Wet clay (b) Dry sand", "Two soils", {"a": "Wet clay", "b": "Dry sand"}),
        ("(a) $f(b)$ of [CITE]. (b) The same in $(c)$.", "", {"a": "$f(b)$ of [CITE].", "b": "The same in $(c)$."}),
    ],
)
def test_a_caption_is_cut_where_its_panels_begin(caption: str, shared: str, parts: dict[str, str]) -> None:
    assert take_apart(caption).shared == shared
    assert take_apart(caption).parts == parts


@pytest.mark.parametrize(
    "caption",
    [
        "Views from (a) the side and (b) the front.",
        "The side view (a) and the front view (b).",
        "(a) Same as (b) But with noise.",
        "Energy against (a) Time and (b) Space.",
    ],
)
def test_panels_named_inside_one_sentence_are_counted_but_not_cut(caption: str) -> None:
    taken_apart = take_apart(caption)
    assert taken_apart.letters == frozenset("ab")
    assert (taken_apart.shared, taken_apart.parts) == (caption, {})


def test_letters_that_do_not_run_on_from_a_are_no_panels() -> None:
    assert take_apart("Phase (c) of the cycle. (i) Not a panel.").letters == frozenset()


@pytest.mark.parametrize(
    ("caption", "parts"),
    [
        ("A pump. (i) Side. (ii) Front. (iii) Top.", ["Side.", "Front.", "Top."]),
        ("A pump. a Side view. b Front view.", ["Side view.", "Front view."]),
        ("A. Side view. B. Front view.", ["Side view.", "Front view."]),
        ("Pumps. Left: seen from the side. Right: from the front.", ["seen from the side.", "from the front."]),
        ("(Left) Side. (Right) Front.", ["Side.", "Front."]),
        ("A pump. [REF] Side. ([REF]) Front.", ["Side.", "Front."]),
        ("Left panel: side; middle panel: front; right panel: top.", ["side", "front", "top."]),
        ("Top: side. Center: front. Bottom: back.", ["side.", "front.", "back."]),
        ("Upper left: wet. Upper right: dry. Lower left: old. Lower right: new.", ["wet.", "dry.", "old.", "new."]),
    ],
)
def test_where_their_number_is_known_panels_are_found_by_less_usual_enumerators(caption: str, parts: list[str]) -> None:
    assert parts_of(caption, len(parts)) == parts
    assert parts_of(caption, len(parts) - 1) == []
    assert parts_of(caption, len(parts) + 1) == []


@pytest.mark.parametrize(
    "caption",
    [
        "A dog and a Labrador.",
        "The left: a wall. What is right: a door.",
        "Right: first. Left: second.",
        "Left: one. Left: another.",
        "Left and right: the same.",
        "See [REF] for one. [REF] shows the other.",
    ],
)
def test_a_caption_that_enumerates_nothing_gives_no_parts(caption: str) -> None:
    assert parts_of(caption, 2) == []


def figure(caption: str, *subcaptions: str | None) -> Figure:
    graphics = tuple(Graphic(f"{place}.pdf", subcaption=text) for place, text in enumerate(subcaptions))
    return Figure(1, "Figure 1", caption, graphics)


def subcaptions(of: Figure) -> list[str | None]:
    return [graphic.subcaption for graphic in with_subcaptions(of).graphics]


def test_panels_get_their_part_of_the_caption_which_stays_whole() -> None:
    enumerated = figure("A pump. (a) Side. (b) Front.", None, None)
    assert subcaptions(enumerated) == ["Side.", "Front."]
    assert with_subcaptions(enumerated).caption == enumerated.caption


def test_a_panel_keeps_the_caption_that_it_has() -> None:
    assert subcaptions(figure("(a) Side. (b) Front.", "A side", None)) == ["A side", "Front."]


@pytest.mark.parametrize("panels", [1, 3])
def test_nothing_is_split_where_graphics_and_enumerated_panels_differ_in_number(panels: int) -> None:
    assert subcaptions(figure("(a) Side. (b) Front.", *[None] * panels)) == [None] * panels


def test_an_enumerator_without_a_text_leaves_the_panels_alone() -> None:
    assert subcaptions(figure("A pump. (a) (b) Front.", None, None)) == [None, None]
