"""Which published papers repeat a work, and which copy of it is kept."""

import polars as pl

from s1_assets.publishing.works import duplicates


def paper(paper_id, month, *identifiers, rights="open"):
    source = paper_id.partition(":")[0]
    return {
        "paper_id": paper_id,
        "source": source,
        "month": month,
        "rights": rights,
        "identifiers": list(identifiers),
    }


def repeats(*papers):
    schema = {"identifiers": pl.List(pl.String)}
    found = duplicates(pl.LazyFrame(list(papers), schema_overrides=schema))
    return {(row["paper_id"], row["month"]): (row["kept_paper_id"], row["kept_month"]) for row in found.to_dicts()}


def test_of_two_versions_the_later_is_kept():
    first, second = (paper("biorxiv:10.1101/1", month) for month in ("2024-01", "2024-03"))
    assert repeats(first, second) == {("biorxiv:10.1101/1", "2024-01"): ("biorxiv:10.1101/1", "2024-03")}


def test_a_preprint_gives_way_to_its_article_though_it_is_newer():
    article = paper("natcomms:10.1038/s41467-1", "2023-07", "doi:10.1038/s41467-1")
    preprint = paper("biorxiv:10.1101/1", "2024-01", "doi:10.1038/s41467-1")
    assert repeats(article, preprint) == {
        ("biorxiv:10.1101/1", "2024-01"): ("natcomms:10.1038/s41467-1", "2023-07"),
    }


def test_a_copy_whose_images_are_published_is_kept_rather_than_one_without():
    article = paper("natcomms:10.1038/s41467-1", "2023-07", "doi:10.1038/s41467-1", rights="pointer_only")
    preprint = paper("biorxiv:10.1101/1", "2024-01", "doi:10.1038/s41467-1")
    assert repeats(article, preprint) == {
        ("natcomms:10.1038/s41467-1", "2023-07"): ("biorxiv:10.1101/1", "2024-01"),
    }


def test_a_paper_with_a_figure_of_anothers_still_counts_as_one_with_images():
    article = [
        paper("natcomms:10.1038/s41467-1", "2023-07", "doi:10.1038/s41467-1", rights=rights)
        for rights in ("pointer_only", "open", "pointer_only")
    ]
    preprint = paper("biorxiv:10.1101/1", "2024-01", "doi:10.1038/s41467-1")
    assert repeats(*article, preprint) == {("biorxiv:10.1101/1", "2024-01"): ("natcomms:10.1038/s41467-1", "2023-07")}


def test_names_that_lead_from_one_paper_to_another_join_all_of_them():
    copies = [
        paper("arxiv:2401.1", "2024-01", "doi:10.1/a"),
        paper("biorxiv:10.1101/1", "2024-02", "doi:10.1/a", "pmc:PMC1"),
        paper("natcomms:10.1038/1", "2024-03", "pmc:PMC1"),
    ]
    assert repeats(*copies) == {
        ("arxiv:2401.1", "2024-01"): ("natcomms:10.1038/1", "2024-03"),
        ("biorxiv:10.1101/1", "2024-02"): ("natcomms:10.1038/1", "2024-03"),
    }


def test_a_name_that_several_papers_of_one_source_claim_joins_none():
    volume = [paper(f"arxiv:2401.{number}", "2024-01", "doi:10.1/proceedings") for number in range(3)]
    assert repeats(*volume, paper("natcomms:10.1038/1", "2024-03", "doi:10.1/proceedings")) == {}


def test_papers_without_a_name_in_common_are_left_alone():
    assert repeats(paper("arxiv:2401.1", "2024-01"), paper("arxiv:2401.2", "2024-01", "doi:10.1/b")) == {}


def test_a_preprint_that_claims_two_articles_does_not_make_them_one():
    first, second = (paper(f"natcomms:10.1038/{name}", "2024-03", f"doi:10.1038/{name}") for name in "ab")
    preprint = paper("biorxiv:10.1101/1", "2024-01", "doi:10.1038/a", "doi:10.1038/b")
    assert set(repeats(first, second, preprint)) == {("biorxiv:10.1101/1", "2024-01")}


def test_articles_that_only_a_chain_of_preprints_joins_all_stay():
    papers = [
        paper("natcomms:10.1038/a", "2024-03", "doi:10.1038/a"),
        paper("biorxiv:10.1101/1", "2024-01", "doi:10.1038/a", "doi:10.1101/2"),
        paper("medrxiv:10.1101/2", "2024-01", "doi:10.1101/2", "doi:10.1038/b"),
        paper("natcomms:10.1038/b", "2024-03", "doi:10.1038/b"),
    ]
    for order in (papers, papers[::-1]):
        kept = {(one["paper_id"], one["month"]) for one in papers} - set(repeats(*order))
        assert kept == {("natcomms:10.1038/a", "2024-03"), ("natcomms:10.1038/b", "2024-03")}


def test_relations_that_form_a_circle_keep_one_copy():
    papers = [
        paper("arxiv:2401.1", "2024-01", "doi:10.1/a", "doi:10.1/c"),
        paper("biorxiv:10.1101/1", "2024-02", "doi:10.1/b", "doi:10.1/a"),
        paper("natcomms:10.1038/1", "2024-03", "doi:10.1/c", "doi:10.1/b"),
    ]
    assert set(repeats(*papers).values()) == {("natcomms:10.1038/1", "2024-03")}
    assert len(repeats(*papers)) == 2
