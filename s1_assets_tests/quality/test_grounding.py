from decimal import Decimal

import pytest

from s1_assets.quality.grounding import ground_numbers, numbers


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,000 rods", "1000 rods"),
        ("10,000 rods", "10 000 rods"),
        ("10{,}000", "10000"),
        (".5 m", "0.50 m"),
        ("5%", "5 \\%"),
        ("$10^{-3}$ m", "0.001 m"),
        ("10⁻³", "10^-3"),
        ("1e-3", "$10^{−3}$"),
        ("2\\times10^{5}", "200,000"),
        ("2 × 10^5", "2e5"),
        ("−5 m", "5 m"),
        ("3b", "3"),
        ("5mm", "5 mm"),
    ],
)
def test_equal_numbers_are_recognised_in_any_notation(one: str, other: str) -> None:
    assert ground_numbers(one, [other]).offending == ()
    assert ground_numbers(other, [one]).offending == ()


@pytest.mark.parametrize(
    ("recaption", "source"),
    [
        ("n = 5", "five mice"),
        ("3 curves", "Three curves"),
        ("10⁻³", "10−3"),
        ("10-3", "$10^{-3}$"),
        ("2 × 10⁻³", "2 × 10−3"),
        ("2 × 10−3", "2 × 10⁻³"),
        ("5 mg kg-1", "5 mg/kg"),
        ("5 mg kg$^{-1}$ day−1", "5 mg/(kg day)"),
        ("5 cm^2", "5 cm²"),
        ("IL-6 and SARS-CoV-2", "IL6 and SARS-CoV2"),
    ],
)
def test_a_source_is_read_in_every_way_that_it_may_be_meant(recaption: str, source: str) -> None:
    assert ground_numbers(recaption, [source]).offending == ()


@pytest.mark.parametrize(
    ("recaption", "source", "invented"),
    [
        ("13 mice", "thirteen mice", "13"),
        ("5 mice", "nonetheless", "5"),
        ("10⁻⁴", "10−3", "10⁻⁴"),
        ("5 mg kg-1 in 3 of them", "5 mg/kg", "3"),
        ("5 m - 7 m", "5 m", "7"),
        ("IL-7", "IL6, 1", "7"),
        ("6 of IL6", "IL6", "6"),
    ],
)
def test_another_number_is_invented_all_the_same(recaption: str, source: str, invented: str) -> None:
    assert [text for _, _, text in ground_numbers(recaption, [source]).offending] == [invented]


def test_exponents_of_units_do_not_count_as_numbers() -> None:
    assert ground_numbers("5 mg kg-1 and 7 m$^{-2}$", ["5 and 7"]).count == 2


def test_a_list_or_a_range_is_no_thousand() -> None:
    assert [number.value for number in numbers("Figs. 1,2 and 3–5 of 2009,2010")] == [1, 2, 3, 5, 2009, 2010]


def test_digits_inside_a_name_are_no_numbers() -> None:
    assert list(numbers("p53, CO2, GRCh38 and S1")) == []


def test_a_version_is_compared_as_text() -> None:
    assert [number.value for number in numbers("v. 1.2.3 and 4.5.")] == ["1.2.3", Decimal("4.5")]


def test_numbers_that_no_source_has_are_named_with_their_place() -> None:
    grounding = ground_numbers("It rises from 3 to 3.7 in 2012.", ["from 3 m", "since 2012"])
    assert grounding.offending == ((19, 22, "3.7"),)
    assert grounding.share == pytest.approx(2 / 3)


def test_a_text_without_numbers_has_no_share_of_grounded_ones() -> None:
    grounding = ground_numbers("It rises.", [])
    assert (grounding.count, grounding.offending, grounding.share) == (0, (), None)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Figs. 2E–4", [2, 4]),
        ("Figs. 2E-4 and Fig. 3e-5", [2, 4, 3, 5]),
        ("antibody 3E8", [3]),
        ("3e8, 2E+3 and 2E−4", [300_000_000, 2000, Decimal("0.0002")]),
        ("1.5E3 or 1.125E3", [1500, 1125]),
    ],
)
def test_a_capital_behind_digits_is_an_exponent_only_with_a_sign_or_a_decimal_point(
    text: str, values: list[object]
) -> None:
    assert [number.value for number in numbers(text)] == values


@pytest.mark.parametrize("text", ["as seen (Figs. 3e,4 and 5)", "panels 1e,2", "a gap of 3eV5", "1E/2", "2e:1"])
def test_letters_behind_digits_are_no_exponent(text):
    assert all(number.value != Decimal(0) for number in numbers(text))
