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
        ("Figure 2.1a", [("figure 2.1", "a")]),
        ("Figs. A1–A3", [("figure a1", ""), ("figure a2", ""), ("figure a3", "")]),
        ("Fig. 2–Fig. 4", [("figure 2", ""), ("figure 3", ""), ("figure 4", "")]),
        ("Fig. 2 and Scheme 4", [("figure 2", ""), ("scheme 4", "")]),
        ("FIGS. 2 to 4", [("figure 2", ""), ("figure 3", ""), ("figure 4", "")]),
        ("Abb. 3 und Abbildung 4", [("figure 3", ""), ("figure 4", "")]),
        ("Figs. 2 and 3 of the supplementary material", [("figure s2", ""), ("figure s3", "")]),
        ("Fig. S3 in the Supplement", [("figure s3", "")]),
        ("Figure 3 of the main text", [("figure 3", "")]),
        ("Fig. 3 of this paper", [("figure 3", "")]),
        ("Figure 3 in Appendix B and Section C", [("figure 3", "")]),
        ("a figure of 3 apples", []),
        ("Figs. 2$-$4", [("figure 2", ""), ("figure 3", ""), ("figure 4", "")]),
        ("Figs. 2$\\sim$4", [("figure 2", ""), ("figure 3", ""), ("figure 4", "")]),
        ("Figs. 4–2", [("figure 4", ""), ("figure 3", ""), ("figure 2", "")]),
        ("Fig. III", [("figure iii", "")]),
        ("Fig. IV(a)", [("figure iv", "a")]),
        ("Figs. I–III and V", [("figure i", ""), ("figure ii", ""), ("figure iii", ""), ("figure v", "")]),
        ("Fig. III.2", [("figure iii.2", "")]),
        ("In Fig. I'll and Fig. Ib", []),
        ("Fig. (3)", [("figure 3", "")]),
        ("the figure (3 panels)", []),
        ("Figs. [REF], 2 and 5", [("figure 2", ""), ("figure 5", "")]),
        ("Figs. 2–[REF]", [("figure 2", "")]),
        ("Fig. [REF] and 3 others", []),
        ("Fig. 3 agrees with [CITE] (Fig. 4)", [("figure 3", ""), ("figure 4", "")]),
        ("Fig. 3 of T cells", [("figure 3", "")]),
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
        "Fig. 3, ibid.",
        "Smith’s Figure 3",
        "Smith et al. (2010, Fig. 3)",
        "Fig. 3 of Smith & Jones",
        "Figure 3 in [12]",
        "Fig. 3 of the companion paper",
        "Figure 3A of another article",
        "Fig. 3 of Paper II",
        "Fig. 3 of the paper by Smith",
        "Figure 3 of the ABC report",
        "Fig. 3 of arXiv:1234.56789",
        "Figure 2—figure supplement 1",
        "figure 2 of P14",
        "In [CITE] (Fig. 2)",
        "cf. [CITE] (see Fig. 2)",
        "[12, Fig. 2]",
        "[3,5; see Fig. 2]",
        "Fig. 2 of ref. [3]",
        "Figure 2 of Part II",
        "Fig. 2 in our previous work",
        "Fig. 2 of an earlier paper",
    ],
)
def test_figures_of_other_works_are_left_out(text: str) -> None:
    assert found(text) == []


def test_a_label_and_its_references_have_one_key() -> None:
    assert label_key("Fig. S2.") == label_key("Supplementary Figure 2") == "figure s2"
    assert label_key("Graphical abstract") is None
