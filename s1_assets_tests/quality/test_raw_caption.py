import pytest

from s1_assets.quality.raw_caption import unusable_reason


@pytest.mark.parametrize(
    ("caption", "reason"),
    [
        ("", "empty"),
        ("[CITE].", "empty"),
        ("12", "bare_number"),
        ("(iv)", "bare_number"),
        ("Figure 3:", "bare_label"),
        ("Supplementary Fig. S2.", "bare_label"),
        ("(a)", "panel_label"),
        ("(a), (b) and (c)", "panel_label"),
        ("Panel B", "panel_label"),
        ("<td>0.3</td> mean", "debris"),
        ("The �low of w�ter", "debris"),
        ("0.1 0.2 0.3 | 7", "debris"),
    ],
)
def test_a_caption_that_says_nothing_is_named_for_what_it_is(caption: str, reason: str) -> None:
    assert unusable_reason(caption) == reason


@pytest.mark.parametrize("caption", ["A figure.", "Pump.", "$x = 1$", "DNA", "Figure of merit", "(a) Pump", "I am"])
def test_a_short_caption_that_says_something_is_kept(caption: str) -> None:
    assert unusable_reason(caption) is None
