import pytest

from s1_assets.context.panels import panels_after, panels_before, take_apart


@pytest.mark.parametrize(
    ("behind", "panels"),
    [
        ("a", "a"),
        ("(b) shows", "b"),
        ("a,b)", "ab"),
        ("a, b", "ab"),
        ("a–c", "abc"),
        ("(a-c) and", "abc"),
        ("(a)–(c)", "abc"),
        (" (a) and (b)", "ab"),
        ("AB", "ab"),
        (", panel b", "b"),
        (", panels b and c", "bc"),
        ("b and a second one", "b"),
        (" a clear peak", ""),
        (" (left)", ""),
        (" is", ""),
        ("", ""),
    ],
)
def test_panels_named_behind_a_reference(behind: str, panels: str) -> None:
    text = f"Fig. [REF]{behind}"
    assert panels_after(text, len("Fig. [REF]"))[0] == frozenset(panels)


@pytest.mark.parametrize(
    ("before", "panels"),
    [
        ("panels b and c of ", "bc"),
        ("Panel d in ", "d"),
        ("panels (b–d) in ", "bcd"),
        ("(a) and (b) of ", "ab"),
        ("a part of ", ""),
        ("in ", ""),
    ],
)
def test_panels_named_in_front_of_a_reference(before: str, panels: str) -> None:
    assert panels_before(before, len(before)) == frozenset(panels)


@pytest.mark.parametrize(
    ("caption", "shared", "parts"),
    [
        ("A pump. (a) Side view. (b) Front view.", "A pump.", {"a": "Side view.", "b": "Front view."}),
        ("a) Side; b) front.", "", {"a": "Side", "b": "front."}),
        ("A pump. a, Side. b, Front.", "A pump.", {"a": "Side.", "b": "Front."}),
        ("(a,b) Two views. (c) A third.", "", {"a": "Two views.", "b": "Two views.", "c": "A third."}),
        ("Panel A: side. Panel B: front.", "", {"a": "side.", "b": "front."}),
    ],
)
def test_a_caption_is_cut_where_its_panels_begin(caption: str, shared: str, parts: dict[str, str]) -> None:
    assert take_apart(caption).shared == shared
    assert take_apart(caption).parts == parts


def test_panels_named_inside_one_sentence_are_counted_but_not_cut() -> None:
    taken_apart = take_apart("Views from (a) the side and (b) the front.")
    assert taken_apart.letters == frozenset("ab")
    assert taken_apart.parts == {}


def test_letters_that_do_not_run_on_from_a_are_no_panels() -> None:
    assert take_apart("Phase (c) of the cycle. (i) Not a panel.").letters == frozenset()
