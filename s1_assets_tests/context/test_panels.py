import pytest

from s1_assets.context.panels import panels_after, panels_before


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
        ("-b", "b"),
        (" b shows", "b"),
        ("[b]", "b"),
        (" (b, right)", "b"),
        ("$b$", "b"),
        ("$(\\mathrm{b})$", "b"),
        (" $b$ is a rate", ""),
        (" e [REF]", ""),
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
