import pytest

from s1_assets.publishing.rights import license_code, rights_of


@pytest.mark.parametrize(
    ("license_", "code", "rights"),
    [
        ("http://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0", "open"),
        ("https://creativecommons.org/licenses/by/4.0", "CC-BY-4.0", "open"),
        ("//creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0", "open"),
        ("https://www.creativecommons.org/licenses/by/3.0/deed.en_US", "CC-BY-3.0", "open"),
        ("https://creativecommons.org/licenses/by/4.0/legalcode.de", "CC-BY-4.0", "open"),
        ("https://creativecommons.org/licenses/by/4.0/deed.zh-hans", "CC-BY-4.0", "open"),
        ("https://creativecommons.org/licenses/by/3.0/igo/", "CC-BY-3.0", "open"),
        ("https://creativecommons.org/licenses/by/2.0/uk/legalcode", "CC-BY-2.0", "open"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0", "open"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0", "open"),
        ("http://creativecommons.org/licenses/publicdomain/", "CC-PDM-1.0", "open"),
        ("http://creativecommons.org/licenses/by-nc/4.0/", "CC-BY-NC-4.0", "noncommercial"),
        ("http://creativecommons.org/licenses/by-nc-sa/3.0/", "CC-BY-NC-SA-3.0", "noncommercial"),
        ("http://creativecommons.org/licenses/by-nd/4.0/", "CC-BY-ND-4.0", "no_derivatives"),
        ("http://creativecommons.org/licenses/by-nc-nd/4.0/", "CC-BY-NC-ND-4.0", "no_derivatives"),
        ("http://creativecommons.org/licenses/by-nd-nc/1.0/", "CC-BY-NC-ND-1.0", "no_derivatives"),
        ("CC BY", "CC-BY", "open"),
        ("CC BY 4.0", "CC-BY-4.0", "open"),
        ("CC-BY-4.0", "CC-BY-4.0", "open"),
        ("CC-BY-NC-SA-3.0-IGO", "CC-BY-NC-SA-3.0", "noncommercial"),
        ("CC BY-NC 4.0 International", "CC-BY-NC-4.0", "noncommercial"),
        ("CC BY-NC-ND", "CC-BY-NC-ND", "no_derivatives"),
        ("cc_by_nc_nd", "CC-BY-NC-ND", "no_derivatives"),
        ("cc_by", "CC-BY", "open"),
        ("CC0", "CC0-1.0", "open"),
        ("cc0-1.0", "CC0-1.0", "open"),
        ("Public Domain", "CC-PDM-1.0", "open"),
    ],
)
def test_a_creative_commons_licence_in_any_spelling_has_its_code_and_rights(
    license_: str, code: str, rights: str
) -> None:
    assert license_code(license_) == code
    assert rights_of(license_) == rights


@pytest.mark.parametrize(
    "license_",
    [
        None,
        "",
        "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
        "http://arxiv.org/licenses/assumed-1991-2003/",
        "cc_no",
        "TDM",
        "CC",
        "CC BY-XX",
        "CC NC",
        "https://creativecommons.org/",
        "https://creativecommons.org/licenses/sampling+/1.0/",
        "https://creativecommons.org/licenses/by-nc-foo/4.0/",
        "https://creativecommons.org.example.com/licenses/by/4.0/",
        "https://example.com/?from=https://creativecommons.org/licenses/by/4.0/",
        "not CC BY 4.0",
        "CC BY 4.0 except the figures",
    ],
)
def test_whatever_is_not_surely_a_licence_opens_nothing(license_: str | None) -> None:
    assert license_code(license_) is None
    assert rights_of(license_) == "pointer_only"
