import pytest

from s1_assets.taxonomy import DISCIPLINES, discipline_of

# Every archive there is or was, from https://arxiv.org/archive and its list of subsumed archives.
CURRENT = (
    "astro-ph cond-mat cs econ eess gr-qc hep-ex hep-lat hep-ph hep-th math math-ph nlin nucl-ex nucl-th physics "
    "q-bio q-fin quant-ph stat"
)
CLOSED = (
    "acc-phys adap-org alg-geom ao-sci atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas dg-ga funct-an mtrl-th "
    "patt-sol plasm-ph q-alg solv-int supr-con"
)
MEANT_AS_OTHERS = {"econ", "eess", "q-fin", "stat", "ao-sci"}


@pytest.mark.parametrize("archive", CURRENT.split() + CLOSED.split())
def test_every_archive_has_a_discipline(archive: str) -> None:
    found = discipline_of([archive])
    assert found in DISCIPLINES
    assert (found == "others") == (archive in MEANT_AS_OTHERS)


@pytest.mark.parametrize(
    ("categories", "discipline"),
    [
        (["cs.CV", "stat.ML"], "computer science"),
        (["stat.ML", "cs.LG"], "computer science"),
        (["astro-ph.GA"], "astronomy"),
        (["physics.space-ph"], "astronomy"),
        (["physics.bio-ph"], "biology"),
        (["physics.geo-ph"], "others"),
        (["physics.optics", "cs.CV"], "physics"),
        (["cond-mat.supr-con"], "physics"),
        (["math.MP", "math-ph"], "physics"),
        (["cs.NA", "math.NA"], "mathematics"),
        (["eess.IV"], "others"),
    ],
)
def test_the_primary_category_decides(categories: list[str], discipline: str) -> None:
    assert discipline_of(categories) == discipline


def test_an_unknown_tag_or_none_is_others() -> None:
    assert discipline_of(["cell biology"]) == "others"
    assert discipline_of([]) == "others"


@pytest.mark.parametrize(
    ("source", "categories", "discipline"),
    [
        ("biorxiv", ["physics education"], "biology"),
        ("natcomms", ["Article", "/639/766/119", "/631/57"], "physics"),
        ("natcomms", ["Article", "/639/705/117"], "computer science"),
        ("natcomms", ["Article", "/639/705/1041"], "mathematics"),
        ("natcomms", ["Article", "/692/308/2779"], "biology"),
        ("natcomms", ["Article", "/704/106"], "others"),
        ("chemrxiv", ["Chemistry"], "others"),
    ],
)
def test_other_sources_fall_into_the_same_groups(source, categories, discipline):
    assert discipline_of(categories, source) == discipline
