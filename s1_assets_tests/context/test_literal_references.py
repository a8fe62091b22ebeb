import pytest

from s1_assets.context.literal_references import label_key, literal_references


def found(text: str) -> list[tuple[str, str]]:
    return [(reference.key, "".join(sorted(reference.panels))) for reference in literal_references(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fig. 3b shows", [("figure 3", "b")]),
        ("Figs. 2-4 show", [("figure 2", ""), ("figure 3", ""), ("figure 4", "")]),
        ("Figs. 2, 3 and 5", [("figure 2", ""), ("figure 3", ""), ("figure 5", "")]),
        ("Figs. 2a–c, 3 and 5", [("figure 2", "abc"), ("figure 3", ""), ("figure 5", "")]),
        ("Fig. 2A and 2B", [("figure 2", "a"), ("figure 2", "b")]),
        ("Figures S1–S3", [("figure s1", ""), ("figure s2", ""), ("figure s3", "")]),
        ("Supplementary Figure 1", [("figure s1", "")]),
        ("Extended Data Fig. 4", [("extended figure 4", "")]),
        ("Scheme 3.", [("scheme 3", "")]),
        ("Fig. 3, 5 samples", [("figure 3", "")]),
        ("panels b and c of Fig. 3", [("figure 3", "bc")]),
        ("in Fig. 3 in the case of [CITE]", [("figure 3", "")]),
        ("a figure of 3 apples", []),
    ],
)
def test_typed_references_are_read(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Figure 15 of [CITE]",
        "Fig. 3 in Ref. [CITE]",
        "Figs. 3 and 4 from the original paper",
        "their Fig. 2",
        "Figure 3 of Smith et al.",
        "Figure 3 of Smith and Jones (2010)",
        "Fig. 3 (of Ref. [CITE])",
        "(see [CITE], Fig. 3)",
        "Fig. 3 therein",
        "Figure 2—figure supplement 1",
    ],
)
def test_figures_of_other_works_are_left_out(text: str) -> None:
    assert found(text) == []


def test_a_label_and_its_references_have_one_key() -> None:
    assert label_key("Fig. S2.") == label_key("Supplementary Figure 2") == "figure s2"
    assert label_key("Graphical abstract") is None
