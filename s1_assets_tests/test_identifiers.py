import pytest

from s1_assets.identifiers import doi_identifier


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("10.1038/S41467-023-40272-3", "doi:10.1038/s41467-023-40272-3"),
        ("https://doi.org/10.26434/chemrxiv.15007608/v1", "doi:10.26434/chemrxiv.15007608/v1"),
        ("doi: 10.1101/2024.01.09.990001.", "doi:10.1101/2024.01.09.990001"),
        ("NA", None),
        ("", None),
        (None, None),
    ],
)
def test_a_doi_is_written_one_way_whatever_it_comes_in(text, identifier):
    assert doi_identifier(text) == identifier
