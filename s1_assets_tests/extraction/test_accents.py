"""Accents that stand beside their letters in a text layer."""

import pytest

from s1_assets.extraction.accents import composed


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("f¨ur", "für"),
        ("M¨ossbauer, Poincar´e and Erd˝os", "Mössbauer, Poincaré and Erdős"),
        ("na¨ıve", "naïve"),
        ("˚Angstr¨om", "Ångström"),
        ("ˇCerenkov", "Čerenkov"),
        ("x˙ = 3", "x˙ = 3"),
        ("20 ˚C", "20 ˚C"),
        ("a ¨ alone, für", "a ¨ alone, für"),
    ],
)
def test_an_accent_goes_on_the_letter_behind_it_where_that_is_a_letter(printed, meant):
    assert composed(printed) == meant
